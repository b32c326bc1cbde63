#include "daemon/liveness.h"

#include <chrono>
#include <utility>

namespace hypnos {
namespace {

constexpr Duration kPeriod = std::chrono::seconds(1);

}  // namespace

bool Liveness::GetsOn() {
  const std::lock_guard lock(mutex_);
  const Instant now = clock_.Now();
  if (!asked_ || now - *asked_ >= kPeriod) {
    asked_ = now;
    gets_on_ = EachGetsOn(now);
  }
  return gets_on_;
}

// Each network by itself: one that gets on must not hide another one that hangs.
bool Liveness::EachGetsOn(Instant now) {
  std::map<const Learner*, Progress> progress;
  bool all = true;
  for (const auto& learner : learners_.All()) {
    Progress& own = progress[learner.get()] = progress_[learner.get()];
    const StatusSnapshot status = learner->status();
    all = own.GetsOn(status, learner->sources().Reports(status), now) && all;
  }
  progress_ = std::move(progress);
  return all;
}

}  // namespace hypnos

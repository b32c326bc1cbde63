#include "hypnos/cluster/fleet.h"

#include <utility>

namespace hypnos {
namespace {

// Of the time that it means to take.
constexpr double kPatience = 3;

}  // namespace

void Fleet::Forget(Instant now) {
  std::erase_if(known_,
                [now](const auto& entry) { return now - entry.second.at > kForgottenAfter; });
}

void Fleet::Take(HeardHeartbeat heard) {
  const Instant now = clock_.Now();
  const std::lock_guard lock(mutex_);
  const std::string name = heard.heartbeat.name;
  if (!known_.contains(name)) {
    Forget(now);
    if (known_.size() == kMost) return;
  }
  known_.insert_or_assign(name, Known{.heard = std::move(heard), .at = now});
}

std::vector<Member> Fleet::Members() const {
  const Instant now = clock_.Now();
  std::vector<Member> members;
  const std::lock_guard lock(mutex_);
  for (const auto& [name, known] : known_) {
    const Duration silent = now - known.at;
    if (silent > kForgottenAfter) continue;
    const Heartbeat& heartbeat = known.heard.heartbeat;
    const bool late = Seconds(silent) > kPatience * heartbeat.interval_seconds;
    members.push_back({.heard = known.heard, .silent = silent, .gone = heartbeat.ending || late});
  }
  return members;
}

}  // namespace hypnos

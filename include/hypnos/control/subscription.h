// One subscription of one client: when the next update is due, and those that wait to be sent.
// A queue that is full drops its oldest update, so that a client which does not read costs no more
// than the queue; it learns from `dropped` what it missed.
// Threads: thread-compatible.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <utility>

#include "hypnos/base/clock.h"
#include "hypnos/control/service.h"

namespace hypnos {

class Subscription {
 public:
  // The first update is due at once. queue_length > 0.
  Subscription(Subject subject, Duration period, size_t queue_length, Instant now)
      : subject_(std::move(subject)), period_(period), queue_length_(queue_length), due_(now) {}

  const Subject& subject() const { return subject_; }
  Instant due() const { return due_; }

  // An update that was due. The next one is due a period later, the second one at the next beat
  // after that; those that could not be made in time are left out.
  void Push(std::shared_ptr<const control::Update> update, Instant now) {
    due_ += period_;
    const bool late = due_ <= now;
    if (late) due_ = now + period_;
    if (late || seq_ == 0) due_ = NextBeat(due_);
    const size_t bytes = update->ByteSizeLong();
    while (!waiting_.empty() &&
           (waiting_.size() == queue_length_ || waiting_bytes_ + bytes > kMostBytes)) {
      Drop();
    }
    waiting_bytes_ += bytes;
    waiting_.push_back({++seq_, bytes, std::move(update)});
  }

  bool empty() const { return waiting_.empty(); }

  // The oldest update, as it is to be sent. Precondition: !empty().
  control::Update Pop() {
    control::Update update = *waiting_.front().update;
    update.set_seq(waiting_.front().seq);
    update.set_dropped(dropped_);
    waiting_bytes_ -= waiting_.front().bytes;
    waiting_.pop_front();
    return update;
  }

 private:
  struct Waiting {
    uint64_t seq;
    size_t bytes;
    std::shared_ptr<const control::Update> update;
  };

  void Drop() {
    waiting_bytes_ -= waiting_.front().bytes;
    waiting_.pop_front();
    ++dropped_;
  }

  // Subscriptions of the same rate fall into few groups that are served together: each time the
  // server's thread wakes up it takes the core from whoever learns.
  Instant NextBeat(Instant time) const {
    const Duration beat = std::min(period_, std::clamp(period_ / 4, kShortestBeat, kLongestBeat));
    const Duration since_last = time.time_since_epoch() % beat;
    return since_last == Duration::zero() ? time : time + (beat - since_last);
  }

  // An update may hold pictures; one at least may wait, whatever its size.
  static constexpr size_t kMostBytes = 1 << 20;
  static constexpr Duration kShortestBeat = std::chrono::milliseconds(10);
  static constexpr Duration kLongestBeat = std::chrono::milliseconds(100);

  Subject subject_;
  Duration period_;
  size_t queue_length_;
  Instant due_;
  uint64_t seq_ = 0;
  uint64_t dropped_ = 0;
  std::deque<Waiting> waiting_;
  size_t waiting_bytes_ = 0;
};

}  // namespace hypnos

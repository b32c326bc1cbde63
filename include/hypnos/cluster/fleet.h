// Who else publishes to the same broker, and how each said last that it is doing. Bounded: where
// there are too many, those that are not known yet are not taken in. Threads: safe.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "hypnos/base/clock.h"
#include "hypnos/cluster/heartbeat.h"

namespace hypnos {

struct Member {
  HeardHeartbeat heard;
  Duration silent{};  // how long ago that was
  // It said that it ends, or nothing for three times as long as it meant to.
  bool gone = false;
};

class Fleet {
 public:
  static constexpr size_t kMost = 1000;
  static constexpr Duration kForgottenAfter = std::chrono::hours(24);

  explicit Fleet(const Clock& clock) : clock_(clock) {}

  void Take(HeardHeartbeat heard);
  // By name.
  std::vector<Member> Members() const;

 private:
  struct Known {
    HeardHeartbeat heard;
    Instant at;
  };
  // With the mutex held.
  void Forget(Instant now);

  const Clock& clock_;
  mutable std::mutex mutex_;
  std::map<std::string, Known> known_;
};

}  // namespace hypnos

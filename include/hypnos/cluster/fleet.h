// Who else publishes to the same broker, and how each said last that it is doing. Bounded: where
// there are too many, those that are not known yet are not taken in; where they say too much, of
// who speaks then only what is counted is kept, and his first problem. Threads: safe.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "hypnos/base/clock.h"
#include "hypnos/cluster/heartbeat.h"

namespace hypnos {

struct Member {
  std::shared_ptr<const HeardHeartbeat> heard;  // never null
  Duration silent{};                            // how long ago that was
  // It said that it ends, or nothing for three times as long as it meant to.
  bool gone = false;
};

class Fleet {
 public:
  static constexpr size_t kMost = 1000;
  // Of what is listed, in memory.
  static constexpr size_t kMostBytes = size_t{32} << 20;
  static constexpr Duration kForgottenAfter = std::chrono::hours(24);

  explicit Fleet(const Clock& clock) : clock_(clock) {}

  void Take(HeardHeartbeat heard);
  // By name.
  std::vector<Member> Members() const;

 private:
  struct Known {
    std::shared_ptr<const HeardHeartbeat> heard;
    Instant at;
    size_t bytes = 0;
  };
  // With the mutex held.
  void Forget(Instant now);

  const Clock& clock_;
  mutable std::mutex mutex_;
  std::map<std::string, Known> known_;
  size_t bytes_ = 0;  // of all
};

}  // namespace hypnos

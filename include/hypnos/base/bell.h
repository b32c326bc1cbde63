// Rung wherever something may have changed for who waits for any of several things, and then looks
// at all of them again. What is rung while nobody waits is not lost: who waits says how many rings
// it has heard.
// Threads: safe.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>

#include "hypnos/base/clock.h"

namespace hypnos {

class Bell {
 public:
  void Ring() {
    {
      const std::lock_guard lock(mutex_);
      ++rings_;
    }
    rung_.notify_all();
  }

  uint64_t rings() const {
    const std::lock_guard lock(mutex_);
    return rings_;
  }

  // Until there has been one more.
  void WaitForMoreThan(uint64_t rings) {
    std::unique_lock lock(mutex_);
    rung_.wait(lock, [&] { return rings_ > rings; });
  }

  // The same, but no longer than this.
  void WaitForMoreThan(uint64_t rings, Duration longest) {
    std::unique_lock lock(mutex_);
    rung_.wait_for(lock, longest, [&] { return rings_ > rings; });
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable rung_;
  uint64_t rings_ = 0;
};

}  // namespace hypnos

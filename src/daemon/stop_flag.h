// Whether somebody asked to stop, for those who wait and those who only look.
// Threads: safe.
#pragma once

#include <condition_variable>
#include <mutex>
#include <utility>

#include "hypnos/base/clock.h"

namespace hypnos {

class StopFlag {
 public:
  // False: it was set already.
  bool Set() {
    {
      const std::lock_guard lock(mutex_);
      if (std::exchange(set_, true)) return false;
    }
    changed_.notify_all();
    return true;
  }
  bool IsSet() const {
    const std::lock_guard lock(mutex_);
    return set_;
  }
  void Wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return set_; });
  }
  // Whether it was set within that time.
  bool WaitFor(Duration time) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, time, [&] { return set_; });
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool set_ = false;
};

}  // namespace hypnos

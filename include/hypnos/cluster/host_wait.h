// How long all layers of one network wait for somebody to compute them, before the first step: they
// are placed one after the other, and three that nobody wants must not take three times as long.
// Threads: safe.
#pragma once

#include <mutex>
#include <optional>

#include "hypnos/base/clock.h"

namespace hypnos {

class HostWait {
 public:
  explicit HostWait(Duration longest) : longest_(longest) {}

  // It begins when the first one asks.
  Instant Until(Instant now) {
    const std::lock_guard lock(mutex_);
    if (!until_) until_ = now + longest_;
    return *until_;
  }

 private:
  const Duration longest_;
  std::mutex mutex_;
  std::optional<Instant> until_;
};

}  // namespace hypnos

// Whether all networks get on: what /livez says, and what feeds the watchdog.
// Threads: safe.
#pragma once

#include <map>
#include <mutex>
#include <optional>

#include "daemon/health.h"
#include "daemon/learners.h"
#include "hypnos/base/clock.h"

namespace hypnos {

class Liveness {
 public:
  // Both must outlive this object.
  Liveness(const Clock& clock, const Learners& learners) : clock_(clock), learners_(learners) {}

  // Computed once a second at most: anybody may ask, as often as he likes.
  bool GetsOn();

 private:
  bool EachGetsOn(Instant now);

  const Clock& clock_;
  const Learners& learners_;
  std::mutex mutex_;
  std::map<const Learner*, Progress> progress_;
  std::optional<Instant> asked_;
  bool gets_on_ = true;
};

}  // namespace hypnos

// Whether a daemon gets on: more than that its process is there.
// Threads: thread-compatible.
#pragma once

#include <optional>
#include <vector>

#include "daemon/status.h"
#include "proto/telemetry.pb.h"

namespace hypnos {

// No step takes so long, unless something hangs.
inline constexpr Duration kNoProgressFor = std::chrono::seconds(60);

// Of one network, from one look to the next.
class Progress {
 public:
  // False: for kNoProgressFor frames have waited to be watched, or it was asleep, and yet no frame
  // and no dreamed step has come to its end. Whoever waits for frames waits for the world, and is
  // alive; so is who has just got the first one after a long time.
  bool GetsOn(const StatusSnapshot& status, const std::vector<telemetry::Source>& sources,
              Instant now);

 private:
  std::optional<Instant> busy_since_;  // as far as it was looked at
};

}  // namespace hypnos

// Whether a daemon gets on: more than that its process is there.
// Pure functions. Threads: safe.
#pragma once

#include <vector>

#include "daemon/status.h"
#include "proto/telemetry.pb.h"

namespace hypnos {

// No step takes so long, unless something hangs.
inline constexpr Duration kNoProgressFor = std::chrono::seconds(60);

// False: frames wait to be watched, or it is asleep, and yet no frame and no dreamed step has come
// to its end for kNoProgressFor. Whoever waits for frames waits for the world, and is alive.
bool GetsOn(const StatusSnapshot& status, const std::vector<telemetry::Source>& sources,
            Instant now);

}  // namespace hypnos

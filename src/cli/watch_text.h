// An update of a subscription as one line. Threads: safe.
#pragma once

#include <cstdint>
#include <string>

#include "proto/control.pb.h"

namespace hypnos::cli {

// "2026-11-25 07:30:25.250Z  awake, step 64 of 128 | layer 1 goodness 1.13 real 0.94 dream"; at its
// end how many updates were missed since the last one, if any were. No line end.
// `topics` says what to show: an update does not tell an absent phase from one that waits.
std::string WatchLine(const control::SubscribeRequest& topics, const control::Update& update,
                      uint64_t missed);

}  // namespace hypnos::cli

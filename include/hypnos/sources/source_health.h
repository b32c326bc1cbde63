// How a source that may come and go is doing.
//
//   connecting -> live <-> stalled -> lost -> connecting ...      live -> ended (a recording)
//
// Threads: a value.
#pragma once

#include <cstdint>
#include <string>

#include "hypnos/base/clock.h"

namespace hypnos {

enum class SourceState {
  kConnecting,
  kLive,
  kStalled,  // silent for longer than a second, and than three of its pictures take
  kLost,     // not there, silent for too long or broken; tried again after a while
  kEnded,
};

// "connecting" and so on.
const char* ToString(SourceState state);

struct SourceHealth {
  SourceState state = SourceState::kLive;
  // kStalled, kLost: a sentence.
  std::string why = {};
  // kLost: from now until it is tried again.
  Duration retry_in{};
  // Since the start.
  int64_t connections = 0;
  int64_t stalls = 0;
  int64_t losses = 0;  // a try that failed is none
  // Pictures that were passed over, for they came faster than is wanted.
  int64_t over_rate = 0;
};

}  // namespace hypnos

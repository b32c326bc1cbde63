// Copies what is asked for of a pipeline that stands between two steps.
#pragma once

#include <cstdint>
#include <string>

#include "hypnos/base/result.h"
#include "hypnos/network/network.h"
#include "hypnos/pipeline/look.h"
#include "hypnos/replay/residual_memory.h"
#include "hypnos/sources/encoder.h"

namespace hypnos {

// Valid while nothing is under way.
struct LookSubject {
  const NetworkOptions& options;
  int steps_per_frame = 1;
  const Network& network;
  const Encoder& encoder;
  const ResidualMemory& residuals;
  // The last frame that was shown, and the real lane, with its last tick.
  const std::string& clip;
  int64_t frame = 0;
  Lane real = Lane::kReal;
  int64_t real_tick = 0;
  // What the generator compared last was a real frame, and not one that is replayed.
  bool compared_real = false;
};

// `rng`: a fork for looking alone, since looking must not change what is drawn later.
// Errors: kResourceExhausted, reason OUT_OF_MEMORY.
Result<Look> CopyLook(const LookSubject& subject, const LookParts& parts, Rng rng);

}  // namespace hypnos

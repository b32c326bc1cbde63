// Copies what is asked for of a pipeline that stands between two steps.
#pragma once

#include "hypnos/base/result.h"
#include "hypnos/network/network.h"
#include "hypnos/pipeline/look.h"
#include "pipeline/stream.h"

namespace hypnos {

// Valid while nothing is under way.
struct LookSubject {
  const NetworkOptions& options;
  int steps_per_frame = 1;
  Network& network;
  const Stream& stream;
};

// `rng`: a fork for looking alone, since looking must not change what is drawn later.
// Errors: kResourceExhausted, reason OUT_OF_MEMORY.
Result<Look> CopyLook(const LookSubject& subject, const LookParts& parts, Rng rng);

}  // namespace hypnos

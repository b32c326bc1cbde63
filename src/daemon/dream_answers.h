// A copy of the network dreams, or says what it expects; the network itself does not notice.
// Threads: safe.
#pragma once

#include <cstdint>

#include "hypnos/base/result.h"
#include "hypnos/pipeline/look.h"
#include "hypnos/sources/alphabet.h"
#include "proto/control.pb.h"

namespace hypnos {

inline constexpr LookParts kDreamParts = {.weights = true, .picture = true, .residuals = true};
inline constexpr LookParts kPredictParts = {.weights = true, .picture = true};

// How many frames are meant. kInvalidArgument, reason STEPS_OUT_OF_RANGE.
Result<uint32_t> DreamSteps(const control::DreamRequest& request);
Result<uint32_t> PredictSteps(const control::PredictRequest& request);

// Precondition: a look with kDreamParts or kPredictParts. kFailedPrecondition, reason NO_NETWORK,
// where no error is remembered yet to dream with; kResourceExhausted, reason OUT_OF_MEMORY or
// ANSWER_TOO_LARGE.
// Of a network that reads text: what the first reader dreams or expects next.
Result<control::DreamResponse> DreamTextOf(const Look& look, uint32_t steps, uint64_t seed,
                                           const Alphabet& alphabet);
Result<control::PredictResponse> PredictedTextOf(const Look& look, uint32_t steps,
                                                 const Alphabet& alphabet, float goodness_share);
Result<control::DreamResponse> DreamOf(const Look& look, uint32_t steps, uint64_t seed,
                                       VideoEncoderOptions::Colour colour);
Result<control::PredictResponse> PredictionOf(const Look& look, uint32_t steps,
                                              VideoEncoderOptions::Colour colour);

}  // namespace hypnos

// What a network that reads series dreams, and what it expects: in the units of the columns.
// Threads: safe.
#pragma once

#include <cstdint>

#include "hypnos/base/result.h"
#include "hypnos/pipeline/look.h"
#include "hypnos/sources/series_encoder.h"
#include "proto/control.pb.h"

namespace hypnos {

// One course of the numbers in the columns. Precondition of both: a look with kDreamParts. Errors:
// kFailedPrecondition, reason NO_NETWORK, before the second row; NO_NUMBERS where no column is a
// number; kResourceExhausted, reason OUT_OF_MEMORY.
Result<control::DreamResponse> DreamSeriesOf(const Look& look, uint32_t steps, uint64_t seed,
                                             const SeriesEncoderOptions& encoder);

// The median of kCourses dreams at each step, and between which values nine in ten of them lie.
// That is as wide as the read-out was wrong of late; how wrong that is grows with each step.
inline constexpr int kCourses = 100;
Result<control::PredictResponse> PredictedSeriesOf(const Look& look, uint32_t steps,
                                                   const SeriesEncoderOptions& encoder);

}  // namespace hypnos

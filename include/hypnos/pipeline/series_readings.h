// What novelty is told of a row of a series.
#pragma once

#include <vector>

#include "hypnos/novelty/series_novelty.h"
#include "hypnos/pipeline/pipeline.h"
#include "hypnos/pipeline/report.h"
#include "hypnos/sources/series_encoder.h"

namespace hypnos {

// A reading for each column that is a number: its value, and by `by` either how far the read-out
// was off, in compressed spreads (series_encoder.h), or how fake the layers took the row for. Where
// columns are no numbers, one more for all of those: no value, and how far the read-out was off
// over the whole row.
std::vector<SeriesReading> ReadingsOf(const PlaceFigures& row, const SeriesEncoderOptions& encoder,
                                      SurpriseKind by);

}  // namespace hypnos

// One arm of the experiment `nab`: a series is read once, row by row, as hypnosd reads it, and each
// row has its score before anything is learned from it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "hypnos/base/result.h"
#include "hypnos/novelty/series_novelty.h"
#include "hypnos/pipeline/pipeline.h"
#include "hypnos/sources/series_source.h"
#include "hypnos/sources/source.h"

namespace hypnos::lab {

enum class NabArm {
  kFull,
  kGoodness,     // by what the layers take for fake, and not by the read-out's error
  kFrozen,       // layers as they were drawn; the read-out learns
  kReadOut,      // no layer says anything: the read-out sees the encoded rows alone
  kCalibration,  // no network: rows are compared with those before them, and that is all
};

struct NabCell {
  NabArm arm = NabArm::kFull;
  PipelineOptions pipeline = {};
  SurpriseKind by = SurpriseKind::kPredictionError;
  SeriesNoveltyOptions novelty = {};
};

// The one configuration of all files, as the arm changes it.
NabCell MakeNabCell(NabArm arm, uint64_t seed);

struct NabRow {
  double score = 0;  // decades
  double told = 0;   // the score, or 0 where it belongs to what was told before
};

// Of each of `rows` rows of the source; one that cannot be read has the score of the row before,
// and tells nothing. `go_on` is told about each row. Errors: of reading; kCancelled where it says
// no.
Result<std::vector<NabRow>> WatchRows(const NabCell& cell, std::unique_ptr<Source> source,
                                      size_t rows, const std::function<bool()>& go_on);
// Of a file.
Result<std::vector<NabRow>> WatchSeries(const NabCell& cell, const std::string& path, size_t rows,
                                        const std::function<bool()>& go_on);

}  // namespace hypnos::lab

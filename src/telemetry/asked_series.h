// The series that a query means.
// Threads: safe.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "hypnos/base/result.h"
#include "hypnos/telemetry/history_data.h"

namespace hypnos {

using SeriesBuckets = std::map<std::string, std::vector<HistoryBucket>>;

// Those of these names that are asked for, with empty buckets. kInvalidArgument, reason
// TOO_MANY_POINTS, for more than History::kMostBuckets.
Result<SeriesBuckets> AskedSeries(const HistoryQuery& query, const std::set<std::string>& names);

}  // namespace hypnos

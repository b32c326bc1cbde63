#include "telemetry/asked_series.h"

#include "hypnos/base/format.h"
#include "hypnos/telemetry/history.h"
#include "telemetry/series_pattern.h"

namespace hypnos {

Result<SeriesBuckets> AskedSeries(const HistoryQuery& query, const std::set<std::string>& names) {
  SeriesBuckets series;
  for (const std::string& name : names) {
    if (!MatchesOneOf(query.series, name)) continue;
    if ((series.size() + 1) * query.buckets > History::kMostBuckets) {
      return Error{Code::kInvalidArgument, "TOO_MANY_POINTS",
                   Format("these series have more than {} points together, with {} each: ask for "
                          "fewer points or fewer series",
                          History::kMostBuckets, query.buckets)};
    }
    series[name].resize(query.buckets);
  }
  return series;
}

}  // namespace hypnos

// Reads the history on disk, while somebody writes it.
#pragma once

#include <atomic>
#include <string>

#include "hypnos/base/result.h"
#include "hypnos/telemetry/history_data.h"
#include "telemetry/recent_history.h"

namespace hypnos {

struct HistoryOnDisk {
  std::string folder;
  std::string vfs;
};

// Of one moment: what is written or thinned meanwhile is not in it. All names; of the series and
// changes that are asked for, what lies outside the times that are known, and of each source the
// last phase before the query begins; changes in no order. Ends early once `stop` is set.
// Errors: those of SqlDatabase, also kUnavailable, reason TOOK_TOO_LONG; kInvalidArgument, reason
// TOO_MANY_POINTS.
Result<HistoryAnswer> ReadHistory(const HistoryOnDisk& disk, const HistoryQuery& query,
                                  const KnownTimes& known, const std::atomic<bool>& stop);

}  // namespace hypnos

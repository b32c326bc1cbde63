// What is asked of the history, and what it answers, as messages.
#pragma once

#include "hypnos/base/clock.h"
#include "hypnos/base/result.h"
#include "hypnos/telemetry/history_data.h"
#include "proto/control.pb.h"

namespace hypnos {

// kInvalidArgument: NO_SPAN for a time that ends before it begins or that no clock shows,
// TOO_MANY_POINTS, TOO_MANY_PATTERNS.
Result<HistoryQuery> QueryOf(const control::QueryHistoryRequest& request, WallTime now);

// Of what was answered at `now`: no phase lasts longer.
control::QueryHistoryResponse ResponseOf(const HistoryQuery& query, const HistoryAnswer& answer,
                                         WallTime now);

}  // namespace hypnos

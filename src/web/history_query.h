// What is asked of /history.csv:
// series=goodness_*&series=asleep&from=SECONDS&to=SECONDS&points=COUNT, as a browser writes it.
// Pure. Threads: safe.
#pragma once

#include <string_view>

#include "hypnos/base/result.h"
#include "proto/control.pb.h"

namespace hypnos {

// `target`: of the request, with the path. Without series all are meant. kInvalidArgument, reason
// BAD_QUERY, for a field that there is none of, what is no number, and a broken %.
Result<control::QueryHistoryRequest> HistoryRequestOf(std::string_view target);

}  // namespace hypnos

// A history as text for spreadsheets and programs.
// Threads: safe.
#pragma once

#include <string>

#include "proto/control.pb.h"

namespace hypnos {

// A row for each bucket of each series in which there is something, under the heading
// "time,series,min,mean,max"; the time is that of the bucket's beginning, as
// "2026-11-26T10:00:00Z". Fields are quoted where they have to be (RFC 4180).
std::string HistoryCsv(const control::QueryHistoryResponse& response);

// Series of one answer may come from anybody: how many buckets all of its four lists have.
int CompleteBuckets(const control::HistorySeries& series);

}  // namespace hypnos

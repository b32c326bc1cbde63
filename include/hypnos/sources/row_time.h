// The time of a row, as it stands in a file.
//   2014-02-14 14:30:00      also with T between, '/' instead of '-', without seconds or without a
//                            time of day, with a fraction of a second, Z, +01:00 or +0100
//   1392388200               seconds since 1970, also with a fraction; with 13, 16 or 19 digits
//                            milliseconds, microseconds or nanoseconds
// A time without a zone is taken as it stands: rows of one file are compared with each other, and
// the hour of the day is meant to be that of the place. Source: ISO 8601; RFC 3339.
#pragma once

#include <optional>
#include <string_view>

#include "hypnos/base/clock.h"

namespace hypnos {

// Since 1970-01-01 00:00. Nothing where it is no time of the years 1970 to 2261.
std::optional<Duration> ParseRowTime(std::string_view text);

}  // namespace hypnos

// Figures with their units, for people.
// Threads: safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "hypnos/base/clock.h"
#include "hypnos/base/result.h"

namespace hypnos::cli {

// "-" where it is not known.
std::string Figure(std::optional<double> value, int digits = 2);
// "1 frame", "3 frames".
std::string Counted(uint64_t count, std::string_view noun);
// "never", "once", "3 times".
std::string Times(uint64_t count);
// "512 B", "1.4 MiB".
std::string Bytes(uint64_t bytes);
// "0:07", "1:02:03", "3 d 1:02:03".
std::string Span(double seconds);
// Seconds since 1970: "2026-11-25 07:30:25Z"; with `milliseconds` "2026-11-25 07:30:25.250Z". "-"
// for what no calendar holds.
std::string Utc(double seconds, bool milliseconds = false);

// Seconds since 1970 of "90s", "10m", "2h" or "3d" ago, of a date and time in UTC
// ("2026-11-25", "2026-11-25T07:30", "2026-11-25 07:30:25Z"), or of such a number.
// kInvalidArgument, reason NOT_A_TIME.
Result<double> ParseTime(const std::string& text, WallTime now);

}  // namespace hypnos::cli

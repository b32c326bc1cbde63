// Spans of time, of which some is known and the rest is to be asked for.
#pragma once

#include <cstdint>
#include <vector>

namespace hypnos {

// From `from` up to, and not with, `to`; of seconds or of milliseconds.
struct TimeSpan {
  int64_t from = 0;
  int64_t to = 0;

  bool empty() const { return from >= to; }
  bool operator==(const TimeSpan&) const = default;
};

// What of `whole` none of `spans`, which lie in order and apart, holds.
std::vector<TimeSpan> Without(const std::vector<TimeSpan>& spans, TimeSpan whole);

// In order and apart: those that overlap are joined.
std::vector<TimeSpan> Joined(std::vector<TimeSpan> spans);

}  // namespace hypnos

// How coarse figures become with age.
#pragma once

#include <array>
#include <cstdint>

namespace hypnos {

struct HistoryTier {
  int64_t width;  // seconds
  // What is older goes on to the next tier.
  int64_t keep_seconds;
};

// A second for an hour, ten for a day, a minute for thirty days, ten minutes for as long as there
// is room. Each width is a multiple of the one before.
inline constexpr std::array<HistoryTier, 4> kHistoryTiers = {
    {{1, 3600}, {10, 86'400}, {60, 30 * 86'400}, {600, 0}}};

// The last moment before or at `time` that is a multiple of the width; also before 1970.
constexpr int64_t AlignedDown(int64_t time, int64_t width) {
  const int64_t rest = time % width;
  return rest < 0 ? time - rest - width : time - rest;
}

}  // namespace hypnos

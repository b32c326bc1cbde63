// A made scene for novelty: a few things wander over a noisy picture, and now and then something
// happens in it.
//   usual    at each thing that wanders: change 0.05, surprise 1, half as much again or less
//   strange  at one place or several: change 0.05, surprise 1 + strength
//   flash    three places in four change at once, for a frame
//   still    nothing changes
// Threads: thread-compatible. Deterministic.
#pragma once

#include <array>
#include <vector>

#include "hypnos/base/rng.h"
#include "hypnos/novelty/report.h"

namespace hypnos::lab {

struct MadeMoment {
  enum class What { kStrange, kFlash, kStill };
  double begin = 0;  // seconds
  double end = 0;
  What what = What::kStrange;
  double strength = 0;
  size_t places = 1;  // side of the square that it fills
};

class MadeScene {
 public:
  static constexpr double kFrameRateHz = 10;

  MadeScene(std::vector<MadeMoment> moments, Rng rng);

  // Valid until the next call.
  NoveltyFrame Next();

 private:
  static constexpr size_t kRows = 9;
  static constexpr size_t kColumns = 16;
  static constexpr size_t kThings = 3;

  void Wander();
  void Happen(const MadeMoment& moment);
  void Show(size_t row, size_t column, double surprise);

  const std::vector<MadeMoment> moments_;
  Rng rng_;
  int64_t frame_ = 0;
  std::array<double, kThings> columns_{};  // where they are; each in a row of its own
  std::vector<float> change_ = std::vector<float>(kRows * kColumns);
  std::vector<float> surprise_ = std::vector<float>(kRows * kColumns);
  std::array<SurpriseMap, 2> maps_;
};

}  // namespace hypnos::lab

// What detections are worth, as the Numenta Anomaly Benchmark has it.
//   A row is a detection if its score reaches the threshold. The first 15 % of a file's rows, at
//   most 750, do not count.
//   In a window only the first detection counts: s(y) / s(-1), s(y) = 2 / (1 + exp(5 y)) - 1, y
//   from -1 at the window's first row towards 0 at its last. A window without one costs the
//   profile's weight of a miss. A detection outside costs the profile's weight of a false alarm
//   times -s(y), y being its distance from the window before in lengths of that one; all of it
//   where there is none before. The score is 100 where every window is detected at its first row
//   without a false alarm, and 0 where nothing ever is; at the threshold that is best over all
//   files together.
// Source: Lavin and Ahmad 2015, "Evaluating Real-time Anomaly Detection Algorithms".
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace hypnos::lab {

struct NabProfile {
  double false_alarm = 0.11;
  double miss = 1;
};
inline constexpr NabProfile kNabStandard = {0.11, 1}, kNabLowFalseAlarms = {0.22, 1},
                            kNabLowMisses = {0.11, 2};

struct NabScored {
  std::vector<double> scores;  // of each row
  std::vector<std::pair<size_t, size_t>> windows;
};

struct NabResult {
  double score = 0;
  double threshold = 0;  // infinite where nothing is best detected
  size_t found = 0;      // windows
  size_t windows = 0;
  size_t false_alarms = 0;
};

// 0 where there are no windows.
NabResult ScoreNab(const std::vector<NabScored>& files, const NabProfile& profile);

}  // namespace hypnos::lab

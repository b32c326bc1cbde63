#include "lab/nab_score.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

namespace hypnos::lab {
namespace {

constexpr double kProbationShare = 0.15;
constexpr size_t kProbationRows = 750;
constexpr size_t kOutside = std::numeric_limits<size_t>::max();

// A row that counts.
struct Judged {
  double score;
  double worth;
  size_t window;  // of all files together; kOutside
};

double Sigmoid(double y) { return 2 / (1 + std::exp(5 * std::min(y, 100.0))) - 1; }

double Rows(size_t from, size_t to) { return static_cast<double>(to - from); }

double WorthInside(size_t row, const std::pair<size_t, size_t>& window) {
  const double length = Rows(window.first, window.second + 1);
  return Sigmoid(-Rows(row, window.second + 1) / length) / Sigmoid(-1);
}

double WorthAfter(size_t row, const std::pair<size_t, size_t>& window) {
  if (window.second == window.first) return -1;
  return Sigmoid(Rows(window.second, row) / Rows(window.first, window.second));
}

void Judge(const NabScored& file, size_t* windows, std::vector<Judged>* rows) {
  const auto share = static_cast<size_t>(kProbationShare * static_cast<double>(file.scores.size()));
  const size_t probation = std::min(share, kProbationRows);
  std::vector<size_t> numbers(file.windows.size(), kOutside);
  for (size_t row = probation; row < file.scores.size(); ++row) {
    Judged judged = {file.scores[row], -1, kOutside};
    for (size_t i = 0; i < file.windows.size(); ++i) {
      const auto& window = file.windows[i];
      if (row < window.first) break;
      const bool inside = row <= window.second;
      judged.worth = inside ? WorthInside(row, window) : WorthAfter(row, window);
      if (inside && numbers[i] == kOutside) numbers[i] = (*windows)++;
      judged.window = inside ? numbers[i] : kOutside;
    }
    rows->push_back(judged);
  }
}

}  // namespace

NabResult ScoreNab(const std::vector<NabScored>& files, const NabProfile& profile) {
  std::vector<Judged> rows;
  size_t windows = 0;
  for (const NabScored& file : files) Judge(file, &windows, &rows);
  NabResult best{.threshold = std::numeric_limits<double>::infinity(), .windows = windows};
  if (windows == 0) return best;
  std::ranges::stable_sort(rows, std::greater(), &Judged::score);
  std::vector<double> worth(windows, -profile.miss);
  const double nothing = -profile.miss * static_cast<double>(windows);
  double total = nothing, highest = nothing;
  size_t found = 0, false_alarms = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    const Judged& row = rows[i];
    if (row.window == kOutside) {
      total += profile.false_alarm * row.worth;
      ++false_alarms;
    } else if (row.worth > worth[row.window]) {
      if (worth[row.window] == -profile.miss) ++found;
      total += row.worth - worth[row.window];
      worth[row.window] = row.worth;
    }
    // Rows of the same score are detected together.
    if (i + 1 < rows.size() && rows[i + 1].score == row.score) continue;
    if (total <= highest) continue;
    highest = total;
    best.threshold = row.score;
    best.found = found;
    best.false_alarms = false_alarms;
  }
  best.score = 100 * (highest - nothing) / (static_cast<double>(windows) - nothing);
  return best;
}

}  // namespace hypnos::lab

#include "novelty/calibration.h"

#include <algorithm>
#include <cmath>

#include "hypnos/base/check.h"
#include "hypnos/base/format.h"

namespace hypnos {
namespace {

constexpr size_t kMostPlaces = size_t{1} << 24;
// In times the usual evidence of a place where something moves: what all places together count for
// beside a row's own history.
constexpr double kPriorWeight = 50;
constexpr int kRowReach = 3;
constexpr double kRowDeviation = 1.5;
// No row's spread is taken to be smaller than this share of the middle one of all rows.
constexpr double kLeastSpread = 0.3;
// Of changes at all places at all times: above it a place changes as only few do.
constexpr double kLargeChange = 0.99;

// Nothing is told apart beyond it: so that sums over places and frames stay finite.
constexpr float kLargest = 1e12f;

float Finite(float value) {
  return std::isfinite(value) ? std::clamp(value, -kLargest, kLargest) : 0;
}

}  // namespace

void Calibration::Mean::ExchangeState(StateArchive& archive, const char* name) {
  const StateArchive::Scope scope(archive, name);
  archive.Number("sum", sum);
  archive.Number("weight", weight);
  const bool is_weight = weight == 0 || (weight >= DecayingHistogram::kFaded && weight < INFINITY);
  if (!is_weight || !std::isfinite(sum) || !std::isfinite(Or(0))) {
    archive.Refuse("weight", "is none");
  }
}

std::span<const float> Calibration::Judge(const CalibrationFrame& frame, double memory,
                                          double weight) {
  HYPNOS_CHECK(frame.surprise.size() == frame.rows * frame.columns && !frame.surprise.empty());
  HYPNOS_CHECK(frame.change.empty() || frame.change.size() == frame.surprise.size());
  if (frame.rows != rows_ || frame.columns != columns_) Resize(frame.rows, frame.columns);
  TakeEvidence(frame);
  MeasureMeans();
  Shrink();
  MeasureScales();
  for (size_t i = 0; i < z_.size(); ++i) {
    const Scale& scale = scales_[i / columns_];
    const double d = static_cast<double>(s_[i]) - scale.middle;
    z_[i] = scale.spread > 0 ? Finite(static_cast<float>(d / scale.spread)) : 0;
  }
  if (frame.learn) Learn(frame, memory, weight);
  return z_;
}

void Calibration::Cut() {
  std::ranges::fill(evidence_, 0.0f);
  std::ranges::fill(weighted_, 0.0f);
}

// Another view: nothing of what was seen is about these places.
void Calibration::Resize(size_t rows, size_t columns) {
  const CalibrationOptions options = options_;
  *this = Calibration(options);
  rows_ = rows;
  columns_ = columns;
  history_.resize(rows_);
  scales_.resize(rows_);
  surprise_.resize(rows_);
  means_.resize(rows_);
  for (auto* map : {&evidence_, &weighted_, &e_, &es_, &sum_, &s_, &z_, &sorted_}) {
    map->assign(rows_ * columns_, 0);
  }
  mixed_.resize(DecayingHistogram::kBins);
  all_.resize(DecayingHistogram::kBins);
}

void Calibration::MeasureNoise(const CalibrationFrame& frame) {
  std::ranges::transform(frame.change, sorted_.begin(), Finite);
  const auto middle = sorted_.begin() + static_cast<std::ptrdiff_t>(sorted_.size() / 2);
  std::ranges::nth_element(sorted_, middle);
  frame_noise_ = static_cast<double>(*middle);
}

void Calibration::TakeEvidence(const CalibrationFrame& frame) {
  if (frame.change.empty()) {
    std::ranges::fill(e_, 1.0f);
    changed_share_ = 0;
  } else {
    MeasureNoise(frame);
    // Where half of the picture changes at once, that is no noise.
    const double noise =
        noise_.weight > 0 ? std::min(frame_noise_, 2 * noise_.Or(0)) : frame_noise_;
    const auto floor = static_cast<float>(2 * noise);
    size_t large = 0;
    const double limit =
        changes_.total() > 0 ? QuantileOf(changes_.weights(), kLargeChange) : INFINITY;
    for (size_t i = 0; i < e_.size(); ++i) {
      e_[i] = std::max(0.0f, Finite(frame.change[i]) - floor);
      if (static_cast<double>(Finite(frame.change[i])) > limit) ++large;
    }
    changed_share_ = static_cast<double>(large) / static_cast<double>(e_.size());
  }
  for (size_t i = 0; i < e_.size(); ++i) es_[i] = e_[i] * Finite(frame.surprise[i]);
  const auto kept = static_cast<float>(1 - 1 / options_.persistence_frames);
  for (auto [map, sums] : {std::pair(&e_, &evidence_), std::pair(&es_, &weighted_)}) {
    SumOver(*map, sum_);
    for (size_t i = 0; i < sum_.size(); ++i) (*sums)[i] = kept * (*sums)[i] + sum_[i];
  }
}

// Over a square, cut off at the edges.
void Calibration::SumOver(std::span<const float> map, std::span<float> sums) const {
  const int reach = options_.reach;
  const auto rows = static_cast<int>(rows_);
  const auto columns = static_cast<int>(columns_);
  const auto place_of = [columns](int row, int column) {
    const int place = row * columns + column;
    return static_cast<size_t>(place);
  };
  for (int row = 0; row < rows; ++row) {
    for (int column = 0; column < columns; ++column) {
      float sum = 0;
      for (int r = std::max(0, row - reach); r <= std::min(rows - 1, row + reach); ++r) {
        for (int c = std::max(0, column - reach); c <= std::min(columns - 1, column + reach); ++c) {
          sum += map[place_of(r, c)];
        }
      }
      sums[place_of(row, column)] = sum;
    }
  }
}

double Calibration::ShareOf(int rows_away) {
  const double far = rows_away / kRowDeviation;
  return std::exp(-far * far / 2);
}

void Calibration::MeasureMeans() {
  Mean all;
  for (const Mean& row : surprise_) all.sum += row.sum, all.weight += row.weight;
  const double prior = all.weight > 0 ? kPriorWeight * usual_.Or(1) / all.weight : 0;
  for (int row = 0; row < static_cast<int>(rows_); ++row) {
    Mean mean{prior * all.sum, prior * all.weight};
    for (int away = -kRowReach; away <= kRowReach; ++away) {
      const int near = row + away;
      if (near < 0 || near >= static_cast<int>(rows_)) continue;
      const Mean& other = surprise_[static_cast<size_t>(near)];
      mean.sum += ShareOf(away) * other.sum;
      mean.weight += ShareOf(away) * other.weight;
    }
    means_[static_cast<size_t>(row)] = mean.Or(0);
  }
}

void Calibration::Shrink() {
  const double k = 2 * usual_.Or(0);
  for (size_t i = 0; i < s_.size(); ++i) {
    const auto evidence = static_cast<double>(evidence_[i]);
    const double above = static_cast<double>(weighted_[i]) - means_[i / columns_] * evidence;
    s_[i] = evidence + k > 0 ? static_cast<float>(above / (evidence + k)) : 0;
  }
}

void Calibration::MeasureScales() {
  std::ranges::fill(all_, 0.0);
  double total = 0;
  for (const DecayingHistogram& row : history_) {
    for (size_t bin = 0; bin < all_.size(); ++bin) all_[bin] += row.weights()[bin];
    total += row.total();
  }
  std::ranges::fill(scales_, Scale());
  if (total <= 0) return;
  const double prior = kPriorWeight * usual_.Or(1) / total;
  for (int row = 0; row < static_cast<int>(rows_); ++row) {
    for (size_t bin = 0; bin < mixed_.size(); ++bin) mixed_[bin] = prior * all_[bin];
    for (int away = -kRowReach; away <= kRowReach; ++away) {
      const int near = row + away;
      if (near < 0 || near >= static_cast<int>(rows_)) continue;
      const auto weights = history_[static_cast<size_t>(near)].weights();
      const double share = ShareOf(away);
      for (size_t bin = 0; bin < mixed_.size(); ++bin) mixed_[bin] += share * weights[bin];
    }
    const double middle = QuantileOf(mixed_, 0.5);
    scales_[static_cast<size_t>(row)] = {middle, QuantileOf(mixed_, 0.9) - middle};
  }
  const double middle = QuantileOf(all_, 0.5);
  const double least = kLeastSpread * (QuantileOf(all_, 0.9) - middle);
  for (Scale& scale : scales_) scale.spread = std::max(scale.spread, least);
}

void Calibration::Learn(const CalibrationFrame& frame, double memory, double weight) {
  for (Mean* mean : {&noise_, &usual_}) mean->Fade(memory);
  for (Mean& row : surprise_) row.Fade(memory);
  changes_.Fade(memory);
  noise_.sum += weight * frame_noise_;
  noise_.weight += weight;
  for (size_t i = 0; i < e_.size(); ++i) {
    const auto evidence = static_cast<double>(evidence_[i]);
    Mean& row = surprise_[i / columns_];
    row.sum += weight * static_cast<double>(es_[i]);
    row.weight += weight * static_cast<double>(e_[i]);
    usual_.sum += weight * evidence * evidence;
    usual_.weight += weight * evidence;
  }
  for (const float change : frame.change) {
    changes_.Add(static_cast<double>(Finite(change)), weight);
  }
  for (size_t row = 0; row < rows_; ++row) {
    history_[row].Fade(memory);
    for (size_t i = row * columns_; i < (row + 1) * columns_; ++i) {
      if (evidence_[i] > 0) {
        history_[row].Add(static_cast<double>(s_[i]), weight * static_cast<double>(evidence_[i]));
      }
    }
  }
}

void Calibration::ExchangeState(StateArchive& archive) {
  size_t rows = archive.Count("rows", rows_, kMostPlaces);
  size_t columns = archive.Count("columns", columns_, kMostPlaces);
  if (archive.loading()) {
    if (rows > 0 && columns > kMostPlaces / rows) {
      archive.Refuse("columns", "are more than a picture has");
      rows = columns = 0;
    }
    Resize(rows, columns);
  }
  noise_.ExchangeState(archive, "noise");
  usual_.ExchangeState(archive, "usual");
  {
    const StateArchive::Scope scope(archive, "changes");
    changes_.ExchangeState(archive);
  }
  for (size_t row = 0; row < rows_; ++row) {
    const StateArchive::Scope scope(archive, Format("row.{}", row));
    history_[row].ExchangeState(archive);
    surprise_[row].ExchangeState(archive, "surprise");
  }
  archive.Values("evidence", std::span(evidence_), {rows_, columns_});
  archive.Values("weighted", std::span(weighted_), {rows_, columns_});
  const auto is_finite = [](float value) { return std::isfinite(value); };
  if (!std::ranges::all_of(weighted_, is_finite)) archive.Refuse("weighted", "are not finite");
  const auto is_evidence = [](float value) { return value >= 0 && std::isfinite(value); };
  if (!std::ranges::all_of(evidence_, is_evidence)) archive.Refuse("evidence", "are none");
}

}  // namespace hypnos

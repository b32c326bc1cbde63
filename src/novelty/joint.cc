#include "novelty/joint.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "hypnos/base/check.h"
#include "hypnos/tensor/positive_definite.h"

namespace hypnos {
namespace {

constexpr double kRows = 5000;
constexpr uint64_t kLeastRowsAFigure = 10;
constexpr double kRidge = 1e-3;
// So that a figure which never was anything but 0 has a ridge, too.
constexpr double kLeastRidge = 1e-12;
constexpr double kFarthest = 2;
// The square of anything larger overflows.
constexpr double kLargest = 1e100;

double Bounded(double x) { return std::clamp(x, -kLargest, kLargest); }

}  // namespace

double Joint::Far(std::span<const double> e, bool learn) {
  HYPNOS_CHECK(e.size() <= kMostFigures);
  if (e.size() != figures_) {
    figures_ = e.size();
    rows_ = 0;
    moments_.assign(figures_ * figures_, 0);
  }
  const double far = FarOf(e);
  if (learn) Learn(e, far);
  return far;
}

double Joint::FarOf(std::span<const double> e) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  if (figures_ == 0 || rows_ < kLeastRowsAFigure * figures_) return kNone;
  factor_ = moments_;
  for (size_t i = 0; i < figures_; ++i) {
    double& square = factor_[i * figures_ + i];
    square += kRidge * square + kLeastRidge;
  }
  solved_.assign(e.begin(), e.end());
  std::ranges::transform(solved_, solved_.begin(), Bounded);
  if (!Factorise(figures_, factor_)) return kNone;
  SolveFactorised(figures_, factor_, solved_);
  double sum = 0;
  for (size_t i = 0; i < figures_; ++i) sum += Bounded(e[i]) * solved_[i];
  return std::sqrt(std::max(sum, 0.0) / static_cast<double>(figures_));
}

void Joint::Learn(std::span<const double> e, double far) {
  const double weight = std::max(1 / static_cast<double>(++rows_), 1 / kRows);
  const double nearer = far > kFarthest ? kFarthest / far : 1;
  for (size_t i = 0; i < figures_; ++i) {
    const double x = nearer * Bounded(e[i]);
    for (size_t j = 0; j < figures_; ++j) {
      double& mean = moments_[i * figures_ + j];
      mean += weight * (x * nearer * Bounded(e[j]) - mean);
    }
  }
}

void Joint::ExchangeState(StateArchive& archive) {
  archive.Number("rows", rows_);
  figures_ = archive.Count("figures", figures_, kMostFigures);
  if (archive.loading()) moments_.assign(figures_ * figures_, 0);
  archive.Values("moments", std::span(moments_), {figures_, figures_});
  if (!std::ranges::all_of(moments_, [](double m) { return std::isfinite(m); })) {
    archive.Refuse("moments", "are none");
  }
}

}  // namespace hypnos

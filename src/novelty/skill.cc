#include "novelty/skill.h"

#include <algorithm>
#include <cmath>

namespace hypnos {
namespace {

constexpr double kRows = 1000;
// Of fewer rows nothing is said.
constexpr uint64_t kLeastRows = 100;
// The square of anything larger overflows.
constexpr double kLargest = 1e150;

double Square(double x) {
  const double bounded = std::clamp(x, -kLargest, kLargest);
  return bounded * bounded;
}

}  // namespace

double Skill::Share() const {
  const double simple = std::min(staying_, usual_);
  if (rows_ < kLeastRows || simple <= 0) return 0;
  return std::max(0.0, 1 - foretold_ / simple);
}

void Skill::Learn(double x, double error, std::optional<Duration> when) {
  if (!std::isfinite(x)) return Cut();
  const double staying = x - before_, usual = x - habit_.Mean(when);
  before_ = x;
  habit_.Learn(x, when);
  if (!std::isfinite(error) || !std::isfinite(staying) || !std::isfinite(usual)) return;
  const double weight = std::max(1 / static_cast<double>(++rows_), 1 / kRows);
  foretold_ += weight * (Square(error) - foretold_);
  staying_ += weight * (Square(staying) - staying_);
  usual_ += weight * (Square(usual) - usual_);
}

void Skill::ExchangeState(StateArchive& archive) {
  {
    const StateArchive::Scope scope(archive, "habit");
    habit_.ExchangeState(archive);
  }
  archive.Number("before", before_);
  archive.Number("rows", rows_);
  archive.Number("foretold", foretold_);
  archive.Number("staying", staying_);
  archive.Number("usual", usual_);
  const double sum = foretold_ + staying_ + usual_;
  if (!std::isfinite(sum) || std::min({foretold_, staying_, usual_}) < 0) {
    archive.Refuse("foretold", "is none");
  }
}

}  // namespace hypnos

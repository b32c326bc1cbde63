#include "novelty/signals.h"

#include <algorithm>
#include <cmath>
#include <ranges>

#include "hypnos/base/check.h"
#include "hypnos/base/format.h"

namespace hypnos {
namespace {

constexpr size_t kMostSignals = 1024;
constexpr size_t kMostPlaces = size_t{1} << 24;

}  // namespace

std::span<const float> Signals::Judge(const NoveltyFrame& frame, double memory, double weight) {
  HYPNOS_CHECK(!frame.surprises.empty() && frame.surprises.front().lag == 0);
  if (frame.surprises.size() != signals_.size()) {
    signals_.assign(frame.surprises.size(), Calibration(options_));
  }
  z_.assign(frame.rows * frame.columns, 0);
  float judged = 0;
  for (size_t s = 0; s < signals_.size(); ++s) {
    const auto& [surprise, lag] = frame.surprises[s];
    std::span<const float> change = frame.change;
    if (lag > 0 && !change.empty()) {
      const std::vector<float>* before = ChangeBefore(lag);
      if (before == nullptr || before->size() != change.size()) continue;
      change = *before;
    }
    const std::span<const float> z = signals_[s].Judge({.rows = frame.rows,
                                                        .columns = frame.columns,
                                                        .surprise = surprise,
                                                        .change = change,
                                                        .learn = frame.learn},
                                                       memory, weight);
    for (size_t i = 0; i < z_.size(); ++i) z_[i] += z[i];
    ++judged;
  }
  for (float& z : z_) z /= judged;
  Remember(frame);
  return z_;
}

const std::vector<float>* Signals::ChangeBefore(size_t lag) const {
  return lag <= changes_.size() ? &changes_[lag - 1] : nullptr;
}

void Signals::Remember(const NoveltyFrame& frame) {
  const size_t kept = std::ranges::max(frame.surprises | std::views::transform(&SurpriseMap::lag));
  if (kept == 0 || frame.change.empty()) return changes_.clear();
  // The oldest one's memory for the newest.
  std::vector<float> newest;
  while (changes_.size() >= kept) {
    newest = std::move(changes_.back());
    changes_.pop_back();
  }
  newest.assign(frame.change.begin(), frame.change.end());
  changes_.push_front(std::move(newest));
}

void Signals::Cut() {
  changes_.clear();
  for (Calibration& signal : signals_) signal.Cut();
}

void Signals::ExchangeState(StateArchive& archive) {
  const size_t signals = archive.Count("signals", signals_.size(), kMostSignals);
  if (archive.loading()) signals_.assign(signals, Calibration(options_));
  for (size_t s = 0; s < signals; ++s) {
    const StateArchive::Scope scope(archive, Format("signal.{}", s));
    signals_[s].ExchangeState(archive);
  }
  changes_.resize(archive.Count("changes", changes_.size(), kMostSignals));
  for (size_t i = 0; i < changes_.size(); ++i) {
    const StateArchive::Scope scope(archive, Format("change.{}", i));
    const size_t places = archive.Count("places", changes_[i].size(), kMostPlaces);
    if (archive.loading()) changes_[i].assign(places, 0);
    archive.Values("values", std::span(changes_[i]), {places});
  }
}

}  // namespace hypnos

#include "hypnos/pipeline/place_surprises.h"

#include <algorithm>
#include <functional>

namespace hypnos {

std::span<const SurpriseMap> PlaceSurprises::Of(const FrameReport& report) {
  maps_.clear();
  if (report.discontinuity != Discontinuity::kNone) return maps_;
  const PlaceFigures& places = report.places;
  if (!places.change.empty()) maps_.push_back({places.change});
  if (by_ == SurpriseKind::kGoodness) {
    AddLayers(places);
  } else if (!places.prediction_error.empty()) {
    maps_.push_back({places.prediction_error});
  }
  return maps_;
}

void PlaceSurprises::AddLayers(const PlaceFigures& places) {
  fakeness_.resize(places.log_odds.size());
  for (size_t layer = 0; layer < fakeness_.size(); ++layer) {
    fakeness_[layer].resize(places.log_odds[layer].size());
    std::ranges::transform(places.log_odds[layer], fakeness_[layer].begin(), std::negate());
    maps_.push_back({.values = fakeness_[layer], .lag = layer / steps_per_frame_});
  }
}

}  // namespace hypnos

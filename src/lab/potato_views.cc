#include "lab/potato_views.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <variant>

#include "hypnos/imaging/transform.h"
#include "hypnos/sources/synthetic_source.h"

namespace hypnos::lab {
namespace {

void Standardise(std::span<float> values) {
  double sum = 0, squares = 0;
  for (const float value : values) {
    sum += value;
    squares += static_cast<double>(value) * value;
  }
  const double count = static_cast<double>(values.size()), mean = sum / count;
  const double deviation = std::sqrt(std::max(squares / count - mean * mean, 1e-12));
  for (float& value : values) value = static_cast<float>((value - mean) / deviation);
}

}  // namespace

Result<PotatoViews> PotatoViews::Render(size_t shapes, uint64_t first_shape, int side) {
  HYPNOS_CHECK(shapes > 0 && side > 0);
  Matrix pictures(shapes * kViews, static_cast<size_t>(side) * static_cast<size_t>(side));
  Image grey;
  for (size_t shape = 0; shape < shapes; ++shape) {
    SyntheticSourceOptions options;
    options.width = options.height = side;
    options.frame_rate_hz = 1;
    options.frames = kViews;
    options.revolutions_per_second = 1.0 / kViews;
    options.shape = first_shape + shape;
    HYPNOS_ASSIGN_OR_RETURN(const std::unique_ptr<Source> source,
                            OpenSyntheticSource({"potato", true}, options));
    for (size_t view = 0; view < kViews; ++view) {
      HYPNOS_ASSIGN_OR_RETURN(const FrameOrEnd frame, source->Next());
      ToGrey(std::get<Frame>(frame).image, &grey);
      std::ranges::copy(grey.bytes(), pictures.row(shape * kViews + view).begin());
    }
  }
  Standardise(pictures.values());
  return PotatoViews(std::move(pictures));
}

std::span<const float> PotatoViews::At(size_t shape, double turn) const {
  HYPNOS_CHECK(shape < shapes());
  const double part = turn - std::floor(turn);
  const auto view = static_cast<size_t>(std::lround(part * kViews)) % kViews;
  return pictures_.row(shape * kViews + view);
}

}  // namespace hypnos::lab

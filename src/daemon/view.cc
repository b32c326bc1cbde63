#include "daemon/view.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "daemon/pictures.h"
#include "hypnos/imaging/codecs.h"

namespace hypnos {
namespace {

// Seen for a moment, and then comes the next one.
constexpr int kQuality = 80;
// A guess no better than the mean is as surprising as can be.
constexpr float kMostSurprise = 1;

template <class Bytes>
std::string ToString(const Bytes& bytes) {
  return {bytes.begin(), bytes.end()};
}

std::string JpegOf(const Image& image) { return ToString(EncodeJpeg(image, kQuality)); }

// One pixel a place.
Image MapOf(const Look& look, std::span<const float> values, float brightest) {
  Image map(static_cast<int>(look.columns), static_cast<int>(look.rows), 1);
  std::ranges::transform(values, map.bytes().begin(), [brightest](float value) {
    if (!std::isfinite(value)) return uint8_t{0};
    return static_cast<uint8_t>(std::lround(255 * std::clamp(value / brightest, 0.0f, 1.0f)));
  });
  return map;
}

}  // namespace

control::View ViewOf(const Look& look, VideoEncoderOptions::Colour colour, WallTime now) {
  control::View view;
  view.set_source(look.stream);
  view.set_clip(look.clip);
  view.set_frame(static_cast<uint64_t>(look.frame));
  view.set_time(Seconds(now.time_since_epoch()));
  view.set_width(static_cast<uint32_t>(look.shape.width));
  view.set_height(static_cast<uint32_t>(look.shape.height));
  view.set_frame_jpeg(JpegOf(PictureOf(look.input, look.channels, colour)));
  view.set_prediction_jpeg(JpegOf(PictureOf(look.prediction, look.channels, colour)));
  const bool is_novelty = !look.novelty.empty();
  const std::vector<float>& values = is_novelty ? look.novelty : look.surprise;
  if (values.empty()) return view;
  const float brightest = is_novelty ? kMostUnusual : kMostSurprise;
  view.set_surprise_png(ToString(EncodePng(MapOf(look, values, brightest))));
  view.set_surprise_width(static_cast<uint32_t>(look.columns));
  view.set_surprise_height(static_cast<uint32_t>(look.rows));
  view.set_surprise_brightest(static_cast<double>(brightest));
  view.set_surprise_is_novelty(is_novelty);
  return view;
}

std::string DreamedFrameOf(const Look& look, VideoEncoderOptions::Colour colour) {
  return JpegOf(PictureOf(look.dream->input, look.channels, colour));
}

}  // namespace hypnos

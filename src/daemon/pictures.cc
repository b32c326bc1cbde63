#include "daemon/pictures.h"

#include <algorithm>
#include <cmath>

#include "hypnos/imaging/codecs.h"
#include "hypnos/imaging/drawing.h"
#include "hypnos/imaging/transform.h"

namespace hypnos {
namespace {

// As in the encoder: a channel is never scaled up by more.
constexpr double kDeviationFloor = 1.0 / 255;

uint8_t ToByte(double intensity) {
  if (!std::isfinite(intensity)) return 0;
  return static_cast<uint8_t>(std::lround(255 * std::clamp(intensity, 0.0, 1.0)));
}

}  // namespace

Image PictureOf(const Planes& planes, const std::vector<ChannelStatistics>& channels,
                VideoEncoderOptions::Colour colour) {
  const PlaneShape shape = planes.shape();
  const int shown = colour == VideoEncoderOptions::Colour::kBgr ? 3 : 1;
  HYPNOS_CHECK(shape.channels >= shown && static_cast<int>(channels.size()) >= shown);
  Image image(shape.width, shape.height, shown);
  for (int c = 0; c < shown; ++c) {
    const ChannelStatistics& statistics = channels[static_cast<size_t>(c)];
    const bool known = statistics.frames > 0;
    const double mean = known ? statistics.mean : 0.5;
    const double deviation =
        known ? std::max(std::sqrt(statistics.variance), kDeviationFloor) : 0.25;
    const auto plane = planes.plane(c);
    for (size_t i = 0; i < plane.size(); ++i) {
      image.bytes()[i * static_cast<size_t>(shown) + static_cast<size_t>(c)] =
          ToByte(mean + deviation * static_cast<double>(plane[i]));
    }
  }
  return image;
}

control::Picture PngPicture(const std::string& name, const Image& image) {
  control::Picture picture;
  picture.set_name(name);
  picture.set_width(static_cast<uint32_t>(image.width()));
  picture.set_height(static_cast<uint32_t>(image.height()));
  const std::vector<uint8_t> png = EncodePng(image);
  picture.set_png(png.data(), png.size());
  return picture;
}

control::Picture PngMap(const std::string& name, const Image& below, std::span<const float> map,
                        size_t rows, size_t columns, float brightest) {
  HYPNOS_CHECK(map.size() == rows * columns && brightest > 0);
  std::vector<float> heat(map.begin(), map.end());
  for (float& value : heat) value = std::isfinite(value) ? value / brightest : 0;
  Image image;
  ToBgr(below, &image);
  OverlayHeat(heat, static_cast<int>(columns), static_cast<int>(rows), &image);
  control::Picture picture = PngPicture(name, image);
  picture.set_map_rows(static_cast<uint32_t>(rows));
  picture.set_map_columns(static_cast<uint32_t>(columns));
  picture.mutable_map()->Assign(map.begin(), map.end());
  return picture;
}

}  // namespace hypnos

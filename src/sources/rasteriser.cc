#include "sources/rasteriser.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace hypnos {
namespace {

constexpr float kFarAway = std::numeric_limits<float>::infinity();

// Small pictures show every edge; of large ones there are pixels enough.
int SamplesASide(int width, int height) { return std::max(width, height) <= 512 ? 4 : 2; }

// Twice the area of the triangle, positive if it shows its front.
float SignedArea(const Vec3& a, const Vec3& b, const Vec3& c) {
  return (c.x - a.x) * (b.y - a.y) - (b.x - a.x) * (c.y - a.y);
}

struct Range {
  int first;
  int last;
};

// The samples whose centres lie between the smallest and the largest of three coordinates.
Range Covered(float a, float b, float c, int count) {
  const float smallest = std::clamp(std::min({a, b, c}) - 0.5f, 0.0f, static_cast<float>(count));
  const float largest =
      std::clamp(std::max({a, b, c}) - 0.5f, -1.0f, static_cast<float>(count - 1));
  return {.first = static_cast<int>(std::ceil(smallest)),
          .last = static_cast<int>(std::floor(largest))};
}

uint8_t ToByte(float value) {
  return static_cast<uint8_t>(std::lround(255 * std::clamp(value, 0.0f, 1.0f)));
}

}  // namespace

Rasteriser::Rasteriser(int width, int height)
    : width_(width),
      height_(height),
      samples_a_side_(SamplesASide(width, height)),
      samples_(static_cast<size_t>(width) * static_cast<size_t>(height) *
               static_cast<size_t>(samples_a_side_ * samples_a_side_)) {
  Clear();
}

void Rasteriser::Clear() { std::ranges::fill(samples_, Sample{kFarAway, {}}); }

void Rasteriser::Draw(const ScreenVertex& a, const ScreenVertex& b, const ScreenVertex& c) {
  const auto scale = static_cast<float>(samples_a_side_);
  const auto scaled = [scale](const Vec3& p) { return Vec3{scale * p.x, scale * p.y, p.z}; };
  const Vec3 pa = scaled(a.position);
  const Vec3 pb = scaled(b.position);
  const Vec3 pc = scaled(c.position);
  const float area = SignedArea(pa, pb, pc);
  if (!(area > 0)) return;
  const int columns = width_ * samples_a_side_;
  const Range xs = Covered(pa.x, pb.x, pc.x, columns);
  const Range ys = Covered(pa.y, pb.y, pc.y, height_ * samples_a_side_);
  for (int y = ys.first; y <= ys.last; ++y) {
    for (int x = xs.first; x <= xs.last; ++x) {
      const Vec3 centre = {static_cast<float>(x) + 0.5f, static_cast<float>(y) + 0.5f, 0};
      const float wa = SignedArea(centre, pb, pc) / area;
      const float wb = SignedArea(pa, centre, pc) / area;
      const float wc = 1 - wa - wb;
      if (wa < 0 || wb < 0 || wc < 0) continue;
      const float depth = wa * pa.z + wb * pb.z + wc * pc.z;
      Sample& sample =
          samples_[static_cast<size_t>(y) * static_cast<size_t>(columns) + static_cast<size_t>(x)];
      if (depth >= sample.depth) continue;
      sample = {depth, wa * a.colour + wb * b.colour + wc * c.colour};
    }
  }
}

Vec3 Rasteriser::Pixel(int x, int y, const Vec3& background) const {
  const auto columns = static_cast<size_t>(width_ * samples_a_side_);
  Vec3 sum;
  for (int row = 0; row < samples_a_side_; ++row) {
    const auto first = static_cast<size_t>(y * samples_a_side_ + row) * columns +
                       static_cast<size_t>(x * samples_a_side_);
    for (int column = 0; column < samples_a_side_; ++column) {
      const Sample& sample = samples_[first + static_cast<size_t>(column)];
      sum = sum + (sample.depth < kFarAway ? sample.colour : background);
    }
  }
  return (1 / static_cast<float>(samples_a_side_ * samples_a_side_)) * sum;
}

Image Rasteriser::Finish(const Vec3& top, const Vec3& bottom) const {
  Image image(width_, height_, 3);
  auto byte = image.bytes().begin();
  for (int y = 0; y < height_; ++y) {
    const float low = (static_cast<float>(y) + 0.5f) / static_cast<float>(height_);
    const Vec3 background = (1 - low) * top + low * bottom;
    for (int x = 0; x < width_; ++x) {
      const Vec3 colour = Pixel(x, y, background);
      for (const float channel : {colour.x, colour.y, colour.z}) *byte++ = ToByte(channel);
    }
  }
  return image;
}

}  // namespace hypnos

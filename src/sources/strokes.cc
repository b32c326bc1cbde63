#include "sources/strokes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "hypnos/base/check.h"

namespace hypnos {
namespace {

const std::array<std::vector<Stroke>, 10>& Templates() {
  static const std::array<std::vector<Stroke>, 10> kDigits = {{
      {{{.52f, .06f},
        {.28f, .22f},
        {.22f, .52f},
        {.32f, .86f},
        {.54f, .95f},
        {.74f, .80f},
        {.79f, .48f},
        {.70f, .18f},
        {.52f, .06f}}},
      {{{.32f, .26f}, {.46f, .15f}, {.54f, .05f}, {.54f, .50f}, {.53f, .95f}}},
      {{{.26f, .24f},
        {.38f, .08f},
        {.62f, .07f},
        {.74f, .24f},
        {.66f, .46f},
        {.44f, .70f},
        {.24f, .92f}},
       {{.24f, .92f}, {.50f, .91f}, {.78f, .91f}}},
      {{{.26f, .14f}, {.46f, .05f}, {.68f, .12f}, {.70f, .32f}, {.46f, .46f}},
       {{.46f, .46f}, {.70f, .54f}, {.76f, .76f}, {.58f, .94f}, {.34f, .92f}, {.22f, .80f}}},
      {{{.60f, .05f}, {.42f, .34f}, {.20f, .64f}},
       {{.20f, .64f}, {.50f, .63f}, {.82f, .62f}},
       {{.62f, .36f}, {.61f, .66f}, {.60f, .96f}}},
      {{{.72f, .07f}, {.52f, .07f}, {.32f, .08f}},
       {{.32f, .08f}, {.30f, .26f}, {.28f, .44f}},
       {{.28f, .44f}, {.52f, .38f}, {.74f, .52f}, {.74f, .78f}, {.54f, .94f}, {.26f, .88f}}},
      {{{.66f, .06f},
        {.42f, .24f},
        {.27f, .54f},
        {.28f, .82f},
        {.50f, .95f},
        {.72f, .82f},
        {.70f, .60f},
        {.50f, .50f},
        {.29f, .66f}}},
      {{{.22f, .10f}, {.50f, .09f}, {.78f, .09f}},
       {{.78f, .09f}, {.60f, .40f}, {.46f, .70f}, {.40f, .95f}}},
      {{{.52f, .48f},
        {.30f, .34f},
        {.30f, .14f},
        {.50f, .05f},
        {.70f, .14f},
        {.70f, .32f},
        {.50f, .48f},
        {.26f, .66f},
        {.26f, .86f},
        {.50f, .96f},
        {.74f, .86f},
        {.74f, .66f},
        {.52f, .48f}}},
      {{{.72f, .30f},
        {.58f, .48f},
        {.36f, .46f},
        {.27f, .26f},
        {.42f, .07f},
        {.64f, .09f},
        {.73f, .30f},
        {.68f, .64f},
        {.54f, .95f}}},
  }};
  return kDigits;
}

// How one hand writes one digit.
class Hand {
 public:
  explicit Hand(Rng* rng)
      : rng_(rng),
        slant_(0.12f * rng->Normal()),
        width_(1 + 0.10f * rng->Normal()),
        height_(1 - 0.08f * std::abs(rng->Normal())) {}

  Point Shake(const Point& p) {
    constexpr float kTremor = 0.018f;
    const float x = 0.5f + width_ * (p.x - 0.5f) + slant_ * (0.5f - p.y);
    const float y = 0.5f + height_ * (p.y - 0.5f);
    const float right = kTremor * rng_->Normal();
    const float down = kTremor * rng_->Normal();
    return {.x = std::clamp(x + right, 0.0f, 1.0f), .y = std::clamp(y + down, 0.0f, 1.0f)};
  }

 private:
  Rng* rng_;
  float slant_;
  float width_;
  float height_;
};

// Catmull-Rom: through b and c, the direction at each given by its neighbours.
float Between(float a, float b, float c, float d, float t) {
  return b + 0.5f * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
}

Stroke Smoothed(const Stroke& points) {
  constexpr int kPieces = 6;
  Stroke smooth = {points.front()};
  for (size_t i = 0; i + 1 < points.size(); ++i) {
    const Point& a = points[i == 0 ? 0 : i - 1];
    const Point& b = points[i];
    const Point& c = points[i + 1];
    const Point& d = points[std::min(i + 2, points.size() - 1)];
    for (int piece = 1; piece <= kPieces; ++piece) {
      const float t = static_cast<float>(piece) / kPieces;
      smooth.push_back({Between(a.x, b.x, c.x, d.x, t), Between(a.y, b.y, c.y, d.y, t)});
    }
  }
  return smooth;
}

float SquaredDistance(const Point& a, const Point& b, const Point& p) {
  const Point along = {b.x - a.x, b.y - a.y};
  const Point to = {p.x - a.x, p.y - a.y};
  const float length = along.x * along.x + along.y * along.y;
  const float share =
      length > 0 ? std::clamp((to.x * along.x + to.y * along.y) / length, 0.0f, 1.0f) : 0.0f;
  const Point off = {to.x - share * along.x, to.y - share * along.y};
  return off.x * off.x + off.y * off.y;
}

}  // namespace

std::vector<Stroke> DrawDigit(int digit, Rng* rng) {
  HYPNOS_CHECK(digit >= 0 && digit <= 9);
  Hand hand(rng);
  std::vector<Stroke> strokes;
  for (Stroke points : Templates()[static_cast<size_t>(digit)]) {
    for (Point& point : points) point = hand.Shake(point);
    strokes.push_back(Smoothed(points));
  }
  return strokes;
}

float Distance(const std::vector<Stroke>& strokes, const Point& point) {
  float nearest = std::numeric_limits<float>::max();
  for (const Stroke& stroke : strokes) {
    for (size_t i = 0; i + 1 < stroke.size(); ++i) {
      nearest = std::min(nearest, SquaredDistance(stroke[i], stroke[i + 1], point));
    }
  }
  return std::sqrt(nearest);
}

}  // namespace hypnos

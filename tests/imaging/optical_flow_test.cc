#include "hypnos/imaging/optical_flow.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace hypnos {
namespace {

struct Flow {
  std::vector<float> right;
  std::vector<float> down;
  bool operator==(const Flow&) const = default;
};

Flow Compute(OpticalFlow* search, const Image& before, const Image& after) {
  Flow flow{.right = std::vector<float>(before.bytes().size()),
            .down = std::vector<float>(before.bytes().size())};
  search->Compute(before, after, flow.right, flow.down);
  return flow;
}

// Smooth and different everywhere.
Image Texture(int width, int height, double shift_right, double shift_down) {
  Image image(width, height, 1);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const double u = x - shift_right;
      const double v = y - shift_down;
      const double wave = std::sin(0.23 * u + 0.4) + std::cos(0.19 * v) + std::sin(0.11 * (u + v));
      image.bytes()[static_cast<size_t>(y * width + x)] =
          static_cast<uint8_t>(std::lround(128 + 40 * wave));
    }
  }
  return image;
}

float MiddleOf(const std::vector<float>& plane, int width, int height) {
  return plane[static_cast<size_t>(height / 2 * width + width / 2)];
}

TEST(OpticalFlow, FindsHowFarThePictureMoved) {
  OpticalFlow search;
  const Flow flow = Compute(&search, Texture(96, 64, 0, 0), Texture(96, 64, 2, -1));
  EXPECT_NEAR(MiddleOf(flow.right, 96, 64), 2, 0.2);
  EXPECT_NEAR(MiddleOf(flow.down, 96, 64), -1, 0.2);
}

TEST(OpticalFlow, GivesTheSameBitsWhateverCameBefore) {
  const Image before = Texture(96, 64, 0, 0);
  const Image after = Texture(96, 64, 1, 1);
  OpticalFlow fresh;
  OpticalFlow used;
  Compute(&used, after, Texture(96, 64, -3, 2));
  EXPECT_EQ(Compute(&fresh, before, after), Compute(&used, before, after));
}

TEST(OpticalFlow, TakesPicturesOfAnySize) {
  OpticalFlow search;
  for (const auto& [width, height] : {std::pair(1, 1), {3, 200}, {200, 3}, {11, 11}, {17, 8}}) {
    const Image still = Texture(width, height, 0, 0);
    for (const float value : Compute(&search, still, still).right) EXPECT_NEAR(value, 0, 0.1);
  }
}

}  // namespace
}  // namespace hypnos

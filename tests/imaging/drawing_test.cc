#include "hypnos/imaging/drawing.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace hypnos {
namespace {

int CountLit(const Image& image) {
  return static_cast<int>(std::ranges::count_if(image.bytes(), [](uint8_t b) { return b != 0; }));
}

TEST(DrawRectangle, DrawsTheOutlineInsideTheRectangle) {
  Image image(10, 10, 1);
  DrawRectangle({.x = 2, .y = 3, .width = 5, .height = 4}, {255, 255, 255}, 1, &image);
  EXPECT_EQ(CountLit(image), 5 * 4 - 3 * 2);
  EXPECT_EQ(image.bytes()[3 * 10 + 2], 255);
  EXPECT_EQ(image.bytes()[6 * 10 + 6], 255);
  EXPECT_EQ(image.bytes()[4 * 10 + 3], 0);
}

TEST(DrawRectangle, CutsOffWhatLiesOutside) {
  Image image(10, 10, 3);
  DrawRectangle({.x = -5, .y = -5, .width = 100, .height = 8}, {0, 0, 9}, 2, &image);
  EXPECT_EQ(CountLit(image), 2 * 10);
}

TEST(OverlayHeat, LeavesColdPlacesAsTheyAre) {
  Image image(8, 8, 3);
  std::ranges::fill(image.bytes(), uint8_t{50});
  const Image before = image;
  OverlayHeat(std::vector<float>(4, 0.0f), 2, 2, &image);
  EXPECT_EQ(image, before);
}

TEST(OverlayHeat, MakesTheHottestPlaceWhite) {
  Image image(8, 8, 3);
  OverlayHeat(std::vector<float>{0, 2, 0, 0}, 2, 2, &image);
  const auto upper_right = image.bytes().subspan(7 * 3, 3);
  EXPECT_TRUE(std::ranges::all_of(upper_right, [](uint8_t b) { return b == 255; }));
  const auto lower_left = image.bytes().subspan(7 * 8 * 3, 3);
  EXPECT_TRUE(std::ranges::all_of(lower_left, [](uint8_t b) { return b == 0; }));
}

}  // namespace
}  // namespace hypnos

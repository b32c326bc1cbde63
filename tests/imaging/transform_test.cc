#include "hypnos/imaging/transform.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace hypnos {
namespace {

Image Grey(int width, int height, const std::vector<uint8_t>& bytes) {
  Image image(width, height, 1);
  std::ranges::copy(bytes, image.bytes().begin());
  return image;
}

std::vector<uint8_t> Bytes(const Image& image) {
  return {image.bytes().begin(), image.bytes().end()};
}

TEST(Resize, AveragesAreasWhenShrinking) {
  Image half;
  Resize(Grey(4, 2, {0, 10, 100, 120, 20, 30, 140, 160}), 2, 1, &half);
  EXPECT_EQ(Bytes(half), (std::vector<uint8_t>{15, 130}));
}

TEST(Resize, InterpolatesWhenGrowing) {
  Image twice;
  Resize(Grey(2, 1, {0, 100}), 4, 1, &twice);
  EXPECT_EQ(Bytes(twice), (std::vector<uint8_t>{0, 25, 75, 100}));
}

TEST(Resize, UsesTheStorageAgain) {
  Image to(2, 1, 1);
  const uint8_t* storage = to.bytes().data();
  Resize(Grey(4, 2, {1, 1, 1, 1, 1, 1, 1, 1}), 2, 1, &to);
  EXPECT_EQ(to.bytes().data(), storage);
}

TEST(Resize, FillsAnImageThatWasMovedFrom) {
  Image to(2, 1, 1);
  const Image elsewhere = std::move(to);
  Resize(Grey(4, 1, {1, 1, 3, 3}), 2, 1, &to);
  EXPECT_EQ(Bytes(to), (std::vector<uint8_t>{1, 3}));
}

TEST(ToGrey, WeighsColoursAsEyesDo) {
  Image colours(3, 1, 3);
  std::ranges::copy(std::vector<uint8_t>{255, 0, 0, 0, 255, 0, 0, 0, 255}, colours.bytes().begin());
  Image grey;
  ToGrey(colours, &grey);
  EXPECT_EQ(Bytes(grey), (std::vector<uint8_t>{29, 150, 76}));
}

TEST(ToGrey, CopiesWhatIsGrey) {
  const Image grey = Grey(2, 1, {3, 200});
  Image copy;
  ToGrey(grey, &copy);
  EXPECT_EQ(copy, grey);
}

TEST(ToBgr, RepeatsGreyInEveryChannel) {
  Image bgr;
  ToBgr(Grey(2, 1, {3, 200}), &bgr);
  EXPECT_EQ(Bytes(bgr), (std::vector<uint8_t>{3, 3, 3, 200, 200, 200}));
}

}  // namespace
}  // namespace hypnos

#include "lab/localisation.h"

#include <gtest/gtest.h>

#include <array>

namespace hypnos::lab {
namespace {

// Two rows of three places, 4 pixels wide and high, side by side.
constexpr PlaceGrid kGrid = {
    .rows = 2, .columns = 3, .size = 4, .stride = 4, .width = 12, .height = 8};
constexpr std::array<float, 6> kMap = {1, 2, 3, 4, 5, 6};

void Mark(Image& mask, int x, int y) {
  const size_t row = static_cast<size_t>(y) * static_cast<size_t>(mask.width());
  mask.bytes()[row + static_cast<size_t>(x)] = 255;
}

TEST(LocalisationTest, IsTheHighestPlaceWhereNothingIsUnusual) {
  EXPECT_EQ(LocatedScore(kMap, kGrid, Image(12, 8, 1)), 6);
}

TEST(LocalisationTest, IsWhatFortyPercentOfTheUnusualPixelsReach) {
  Image mask(12, 8, 1);
  // Two of five in the place of 6, the others in that of 1.
  Mark(mask, 8, 4);
  Mark(mask, 11, 7);
  for (int x = 0; x < 3; ++x) Mark(mask, x, 0);
  EXPECT_EQ(LocatedScore(kMap, kGrid, mask), 6);
  // Two of six are less than 40 %.
  Mark(mask, 3, 3);
  EXPECT_EQ(LocatedScore(kMap, kGrid, mask), 1);
}

TEST(LocalisationTest, TakesTheHighestOfPlacesThatOverlap) {
  const PlaceGrid overlapping = {
      .rows = 1, .columns = 3, .size = 8, .stride = 4, .width = 16, .height = 8};
  const std::array<float, 3> map = {1, 3, 2};
  Image mask(16, 8, 1);
  Mark(mask, 3, 0);
  EXPECT_EQ(LocatedScore(map, overlapping, mask), 1);
  Image inner(16, 8, 1);
  Mark(inner, 5, 7);
  EXPECT_EQ(LocatedScore(map, overlapping, inner), 3);
  Image right(16, 8, 1);
  Mark(right, 15, 7);
  EXPECT_EQ(LocatedScore(map, overlapping, right), 2);
}

TEST(LocalisationTest, KnowsMasksOfAnotherSize) {
  Image half(6, 4, 1);
  Mark(half, 2, 3);
  EXPECT_EQ(LocatedScore(kMap, kGrid, half), 5);
}

TEST(LocalisationTest, SeesEveryChannelOfAMask) {
  Image red(12, 8, 3);
  red.bytes()[2] = 255;
  EXPECT_EQ(LocatedScore(kMap, kGrid, red), 1);
}

TEST(LocalisationTest, WhatLiesInNoPlaceIsFoundLast) {
  // The last two columns of the picture are in no place.
  PlaceGrid wider = kGrid;
  wider.width = 14;
  Image mask(14, 8, 1);
  Mark(mask, 13, 7);
  EXPECT_EQ(LocatedScore(kMap, wider, mask), 1);
}

}  // namespace
}  // namespace hypnos::lab

#include "hypnos/network/patch_grid.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include "hypnos/base/format.h"

namespace hypnos {
namespace {

// Every value is its own place in the storage.
Planes Numbered(const PlaneShape& shape) {
  Planes frame(shape);
  std::iota(frame.values().begin(), frame.values().end(), 0.0f);
  return frame;
}

PatchGrid Grid(const PlaneShape& frame, int size, int stride) {
  return PatchGrid::Create(frame, {.size = size, .stride = stride}).value();
}

Matrix Gathered(const PatchGrid& grid, const Planes& frame) {
  Matrix patches(grid.locations(), grid.inputs());
  grid.Gather(frame, patches);
  return patches;
}

TEST(PatchGrid, WithoutASizeTheWholeFrameIsOnePatch) {
  const PlaneShape shape{2, 3, 5};
  const PatchGrid grid = Grid(shape, 0, 0);
  EXPECT_EQ(grid.locations(), 1u);
  EXPECT_EQ(grid.inputs(), 30u);
  const Planes frame = Numbered(shape);
  const Matrix patches = Gathered(grid, frame);
  EXPECT_TRUE(std::ranges::equal(patches.values(), frame.values()));
}

TEST(PatchGrid, APatchHoldsItsChannelsOneAfterTheOtherRowByRow) {
  const PatchGrid grid = Grid({2, 4, 6}, 2, 2);
  ASSERT_EQ(grid.rows(), 2u);
  ASSERT_EQ(grid.columns(), 3u);
  const Matrix patches = Gathered(grid, Numbered({2, 4, 6}));
  // The second row's third patch begins at pixel (2, 4); a channel has 24 pixels.
  const float expected[] = {16, 17, 22, 23, 40, 41, 46, 47};
  EXPECT_TRUE(std::ranges::equal(patches.row(5), expected));
}

TEST(PatchGrid, MeansAreThoseOfThePatches) {
  const PatchGrid grid = Grid({2, 5, 7}, 3, 2);
  const Planes frame = Numbered({2, 5, 7});
  const Matrix patches = Gathered(grid, frame);
  std::vector<float> means(grid.locations());
  grid.Means(frame.plane(1), means);
  for (size_t location = 0; location < means.size(); ++location) {
    const auto second = patches.row(location).subspan(9);
    EXPECT_FLOAT_EQ(means[location], std::reduce(second.begin(), second.end()) / 9);
  }
}

TEST(PatchGrid, PatchesBeginAStrideApart) {
  const PatchGrid grid = Grid({1, 4, 10}, 4, 3);
  const Matrix patches = Gathered(grid, Numbered({1, 4, 10}));
  ASSERT_EQ(grid.columns(), 3u);
  EXPECT_EQ(patches.row(1)[0], 3);
  EXPECT_EQ(patches.row(2)[0], 6);
}

TEST(PatchGrid, TheLastRowAndColumnEndAtTheFramesEdge) {
  const PatchGrid grid = Grid({1, 5, 11}, 4, 3);
  const Matrix patches = Gathered(grid, Numbered({1, 5, 11}));
  ASSERT_EQ(grid.columns(), 4u);
  ASSERT_EQ(grid.rows(), 2u);
  EXPECT_EQ(patches.row(3)[0], 7) << "not 9, from where a patch would leave the frame";
  EXPECT_EQ(patches.row(7)[15], 5 * 11 - 1) << "the last pixel is covered";
}

TEST(PatchGrid, WithoutAStridePatchesStandSideBySide) {
  EXPECT_EQ(Grid({1, 8, 12}, 4, 0).locations(), 6u);
}

TEST(PatchGrid, PixelsThatSeveralPatchesCoverAreAveraged) {
  const PatchGrid grid = Grid({1, 2, 3}, 2, 1);
  Matrix patches(2, 4);
  std::ranges::fill(patches.row(0), 1.0f);
  std::ranges::fill(patches.row(1), 5.0f);
  Planes frame;
  grid.Average(patches, frame);
  const float expected[] = {1, 3, 5, 1, 3, 5};
  EXPECT_TRUE(std::ranges::equal(frame.values(), expected));
}

TEST(PatchGrid, AveragingForgetsWhatTheFrameHeld) {
  const PatchGrid grid = Grid({1, 4, 4}, 2, 2);
  const Planes frame = Numbered({1, 4, 4});
  Planes other({1, 4, 4});
  std::ranges::fill(other.values(), 100.0f);
  grid.Average(Gathered(grid, frame), other);
  EXPECT_TRUE(std::ranges::equal(other.values(), frame.values()));
}

struct Case {
  PlaneShape frame;
  int size, stride;
};

class RoundTrip : public testing::TestWithParam<Case> {};

TEST_P(RoundTrip, GatherAndAverageGiveTheFrame) {
  const auto& [shape, size, stride] = GetParam();
  const PatchGrid grid = Grid(shape, size, stride);
  const Planes frame = Numbered(shape);
  Planes again;
  grid.Average(Gathered(grid, frame), again);
  ASSERT_EQ(again.shape(), shape);
  for (size_t i = 0; i < frame.values().size(); ++i) {
    ASSERT_NEAR(again.values()[i], frame.values()[i], 1e-4f) << "value " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, RoundTrip,
                         testing::Values(Case{{3, 7, 9}, 0, 0}, Case{{1, 9, 7}, 0, 0},
                                         Case{{1, 8, 12}, 4, 4}, Case{{3, 9, 14}, 4, 3},
                                         Case{{2, 9, 14}, 5, 1}, Case{{1, 5, 5}, 5, 2},
                                         Case{{2, 5, 3}, 1, 1}),
                         [](const auto& test) {
                           const PlaneShape& frame = test.param.frame;
                           return Format("{}x{}x{}_in_{}_by_{}", frame.channels, frame.height,
                                         frame.width, test.param.size, test.param.stride);
                         });

TEST(PatchGrid, APatchLargerThanTheFrameIsRefusedWithTheSizesOfBoth) {
  for (const PlaneShape& frame : {PlaneShape{1, 24, 100}, PlaneShape{1, 100, 24}}) {
    const auto grid = PatchGrid::Create(frame, {.size = 32, .stride = 0});
    ASSERT_FALSE(grid.ok());
    EXPECT_EQ(grid.error().code, Code::kInvalidArgument);
    EXPECT_EQ(grid.error().reason, "PATCH_LARGER_THAN_FRAME");
    EXPECT_NE(grid.error().message.find("32x32"), std::string::npos);
    EXPECT_NE(grid.error().message.find(Format("{}x{}", frame.width, frame.height)),
              std::string::npos);
  }
}

TEST(PatchGrid, AStrideThatLeavesGapsIsRefused) {
  const auto grid = PatchGrid::Create({1, 24, 24}, {.size = 4, .stride = 5});
  ASSERT_FALSE(grid.ok());
  EXPECT_EQ(grid.error().code, Code::kInvalidArgument);
  EXPECT_EQ(grid.error().reason, "PATCH_STRIDE");
  EXPECT_NE(grid.error().message.find("size 4 with stride 5"), std::string::npos);
}

TEST(PatchGrid, TakesNoFrameAndNoPatchesOfAnotherShape) {
  const PatchGrid grid = Grid({1, 4, 6}, 2, 2);
  Matrix patches(6, 4), too_few(5, 4);
  Planes frame;
  EXPECT_DEATH(grid.Gather(Numbered({1, 6, 4}), patches), "broken promise");
  EXPECT_DEATH(grid.Gather(Numbered({1, 4, 6}), too_few), "broken promise");
  EXPECT_DEATH(grid.Average(too_few, frame), "broken promise");
}

}  // namespace
}  // namespace hypnos

#include "lab/goodness_tally.h"

#include <gtest/gtest.h>

#include <vector>

namespace hypnos::lab {
namespace {

// Two images in two layers: which label each layer finds best, and how much better.
class GoodnessTallyTest : public testing::Test {
 protected:
  GoodnessTallyTest() : lane_{{FfLayerState(2, {}), FfLayerState(2, {})}, {}} {}

  struct Favourite {
    uint8_t label;
    float goodness;
  };
  void Record(const std::vector<std::vector<Favourite>>& by_layer_and_image) {
    for (uint8_t label = 0; label < kClasses; ++label) {
      for (size_t l = 0; l < 2; ++l) {
        for (size_t i = 0; i < 2; ++i) {
          const Favourite& favourite = by_layer_and_image[l][i];
          lane_.states[l].goodness[i] = label == favourite.label ? favourite.goodness : 1;
        }
      }
      tally_.Record(label, lane_);
    }
  }

  LayerStack::Lane lane_;
  GoodnessTally tally_{2, 2};
};

TEST_F(GoodnessTallyTest, TheSumFollowsTheSurerLayer) {
  Record({{{3, 2}, {4, 5}}, {{7, 9}, {8, 2}}});
  tally_.Count(std::vector<uint8_t>{7, 4});
  EXPECT_EQ(tally_.right_by_layer(0), 1U);
  EXPECT_EQ(tally_.right_by_layer(1), 1U);
  EXPECT_EQ(tally_.right_by_sum(), 2U);
}

TEST_F(GoodnessTallyTest, AddsUpOverBatchesAndLeavesOutWhatHasNoTruth) {
  Record({{{3, 2}, {4, 2}}, {{3, 2}, {4, 2}}});
  tally_.Count(std::vector<uint8_t>{3, 4});
  Record({{{5, 2}, {9, 2}}, {{5, 2}, {9, 2}}});
  tally_.Count(std::vector<uint8_t>{5});
  EXPECT_EQ(tally_.right_by_sum(), 3U);
}

}  // namespace
}  // namespace hypnos::lab

#include "lab/settling_tally.h"

#include <gtest/gtest.h>

#include <vector>

namespace hypnos::lab {
namespace {

constexpr size_t kLayers = 2, kSteps = 4;

// One image: a layer's goodness is 1 for every label but for some at some steps.
class SettlingTallyTest : public testing::Test {
 protected:
  struct Liking {
    size_t layer;
    size_t step;
    uint8_t label;
    float goodness;
  };

  void Record(const std::vector<Liking>& likings) {
    for (uint8_t label = 0; label < kClasses; ++label) {
      for (size_t step = 1; step <= kSteps; ++step) {
        for (size_t layer = 0; layer < kLayers; ++layer) {
          float goodness = 1;
          for (const Liking& liking : likings) {
            if (liking.layer == layer && liking.step == step && liking.label == label) {
              goodness = liking.goodness;
            }
          }
          tally_.Record(label, step, layer, std::vector<float>{goodness});
        }
      }
    }
  }

  SettlingTally tally_{1, kLayers, kSteps};
};

TEST_F(SettlingTallyTest, SumsUpTheLastThreeSteps) {
  // 7 leads from the first step on; 4 catches up at the third and is ahead at the fourth, where the
  // first no longer counts.
  Record({{0, 1, 7, 3}, {0, 3, 4, 2.5f}});
  tally_.Count(std::vector<uint8_t>{7});
  EXPECT_EQ(tally_.right_by_sum(1), 1U);
  EXPECT_EQ(tally_.right_by_sum(2), 1U);
  EXPECT_EQ(tally_.right_by_sum(3), 1U);
  EXPECT_EQ(tally_.right_by_sum(4), 0U);
}

TEST_F(SettlingTallyTest, TellsLayersApartAndTheSumFollowsTheSurerOne) {
  Record({{0, 1, 3, 2}, {1, 1, 8, 5}});
  tally_.Count(std::vector<uint8_t>{3});
  EXPECT_EQ(tally_.right_by_layer(1, 0), 1U);
  EXPECT_EQ(tally_.right_by_layer(1, 1), 0U);
  EXPECT_EQ(tally_.right_by_sum(1), 0U);
}

TEST_F(SettlingTallyTest, AddsUpOverBatchesAndLeavesOutWhatHasNoTruth) {
  Record({{0, 1, 3, 2}});
  tally_.Count(std::vector<uint8_t>{3});
  tally_.Count(std::vector<uint8_t>{3});
  tally_.Count({});
  EXPECT_EQ(tally_.right_by_sum(1), 2U);
}

TEST_F(SettlingTallyTest, TheFirstOfEqualsIsTheAnswer) {
  Record({});
  tally_.Count(std::vector<uint8_t>{0});
  EXPECT_EQ(tally_.right_by_sum(kSteps), 1U);
}

}  // namespace
}  // namespace hypnos::lab

#include "hypnos/diagnostics/measures.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "hypnos/base/rng.h"

namespace hypnos {
namespace {

// By the definition: pair by pair.
double NaiveAuc(const std::vector<float>& positive, const std::vector<float>& negative) {
  double wins = 0;
  for (const float p : positive) {
    for (const float n : negative) wins += p > n ? 1 : p == n ? 0.5 : 0;
  }
  return wins / static_cast<double>(positive.size() * negative.size());
}

Matrix RandomStates(size_t rows, size_t cols, Rng rng) {
  Matrix states(rows, cols);
  for (float& value : states.values()) value = rng.Normal();
  return states;
}

TEST(Auc, IsTheShareOfPairsThatStandInTheRightOrder) {
  Rng rng(1);
  for (int round = 0; round < 50; ++round) {
    std::vector<float> positive(1 + rng.Below(40)), negative(1 + rng.Below(40));
    // Few values, so that there are ties.
    for (float& value : positive) value = static_cast<float>(rng.Below(8));
    for (float& value : negative) value = static_cast<float>(rng.Below(6));
    EXPECT_NEAR(Auc(positive, negative), NaiveAuc(positive, negative), 1e-12);
  }
}

TEST(Auc, KnowsTheExtremes) {
  const std::vector<float> low = {1, 2, 3}, high = {4, 5}, same = {7, 7, 7};
  EXPECT_EQ(Auc(high, low), 1);
  EXPECT_EQ(Auc(low, high), 0);
  EXPECT_EQ(Auc(same, same), 0.5);
  EXPECT_EQ(Auc({}, low), 0.5) << "with nothing to compare";
  EXPECT_EQ(Auc(high, {}), 0.5);
}

TEST(ProbabilityHistogram, HasARoomForOneItself) {
  ProbabilityHistogram histogram{};
  Count(std::vector<float>{0, 0.05f, 0.1f, 0.55f, 0.999f, 1}, histogram);
  EXPECT_EQ(histogram, (ProbabilityHistogram{2, 1, 0, 0, 0, 1, 0, 0, 0, 2}));
}

TEST(EffectiveRank, CountsTheDirectionsInWhichStatesDiffer) {
  // n orthogonal directions of equal variance, and a mean that must not count.
  for (const size_t directions : {1u, 3u, 8u}) {
    Matrix states(2 * directions, 16);
    for (float& value : states.values()) value = 5;
    for (size_t d = 0; d < directions; ++d) {
      states.row(2 * d)[d] += 1;
      states.row(2 * d + 1)[d] -= 1;
    }
    EXPECT_NEAR(EffectiveRank(states), static_cast<double>(directions), 1e-4);
  }
}

TEST(EffectiveRank, OfManyRandomStatesIsNearTheirWidth) {
  EXPECT_NEAR(EffectiveRank(RandomStates(2000, 10, Rng(2))), 10, 0.2);
}

TEST(EffectiveRank, IsTheSameFromTheProductsOfStatesAndOfUnits) {
  // Units of which all but five are silent, and states told twice, say nothing new.
  const Matrix narrow = RandomStates(12, 5, Rng(4));
  Matrix wide(12, 40), long_and_narrow(48, 5);
  for (size_t i = 0; i < narrow.rows(); ++i) {
    std::ranges::copy(narrow.row(i), wide.row(i).begin());
    for (size_t again = 0; again < 4; ++again) {
      std::ranges::copy(narrow.row(i), long_and_narrow.row(4 * i + again).begin());
    }
  }
  EXPECT_NEAR(EffectiveRank(narrow), EffectiveRank(wide), 1e-4);
  EXPECT_NEAR(EffectiveRank(long_and_narrow), EffectiveRank(wide), 1e-4);
}

TEST(EffectiveRank, OfVeryManyStatesTakesLittleMemory) {
  // 200,000 x 200,000 products would be 160 GB.
  EXPECT_NEAR(EffectiveRank(RandomStates(200'000, 3, Rng(5))), 3, 0.01);
}

TEST(EffectiveRank, OfStatesThatAreAllTheSameIsNothing) {
  Matrix states(20, 4);
  for (float& value : states.values()) value = 3;
  EXPECT_EQ(EffectiveRank(states), 0);
  EXPECT_EQ(EffectiveRank(Matrix()), 0);
}

TEST(MeanCosine, ComparesFramesPlaceByPlace) {
  // Two places that say different things, the same in each of three frames.
  Matrix states(6, 2);
  for (size_t frame = 0; frame < 3; ++frame) {
    states.row(2 * frame)[0] = 1 + static_cast<float>(frame);
    states.row(2 * frame + 1)[1] = 2;
  }
  EXPECT_NEAR(MeanCosine(states, 3), 1, 1e-6) << "lengths do not count";
}

TEST(MeanCosine, IsTheMeanOverPairsOfFrames) {
  const size_t frames = 4, places = 3, units = 5;
  const Matrix states = RandomStates(frames * places, units, Rng(3));
  double sum = 0;
  for (size_t p = 0; p < places; ++p) {
    for (size_t a = 0; a < frames; ++a) {
      for (size_t b = 0; b < frames; ++b) {
        if (a == b) continue;
        const auto u = states.row(a * places + p), v = states.row(b * places + p);
        const auto dot = [](auto x, auto y) {
          return std::inner_product(x.begin(), x.end(), y.begin(), 0.0);
        };
        sum += dot(u, v) / std::sqrt(dot(u, u) * dot(v, v));
      }
    }
  }
  EXPECT_NEAR(MeanCosine(states, frames), sum / (places * frames * (frames - 1)), 1e-6);
}

TEST(MeanCosine, SilenceIsLikeNothing) {
  Matrix states(3, 2);
  EXPECT_EQ(MeanCosine(states, 3), 0);
  states.row(0)[0] = states.row(1)[0] = 1;
  EXPECT_NEAR(MeanCosine(states, 3), 1.0 / 3, 1e-6);
  EXPECT_EQ(MeanCosine(states, 1), 0) << "one frame has no other";
}

TEST(RowNorms, TellMeanAndLargest) {
  Matrix weights(2, 2);
  weights.row(0)[0] = 3;
  weights.row(0)[1] = 4;
  weights.row(1)[0] = 1;
  const Norms norms = RowNorms(weights);
  EXPECT_DOUBLE_EQ(norms.mean, 3);
  EXPECT_DOUBLE_EQ(norms.largest, 5);
}

}  // namespace
}  // namespace hypnos

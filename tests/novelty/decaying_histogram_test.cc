#include "novelty/decaying_histogram.h"

#include <gtest/gtest.h>

#include <cmath>
#include <initializer_list>

#include "support/memory_archive.h"

namespace hypnos {
namespace {

TEST(DecayingHistogram, BinsFollowOneAnotherAndHoldTheirValues) {
  for (size_t bin = 0; bin < DecayingHistogram::kBins; ++bin) {
    EXPECT_LT(DecayingHistogram::Edge(bin), DecayingHistogram::Edge(bin + 1)) << bin;
  }
  for (const double value : {-3e4, -1.0, -0.01, 0.0, 1e-9, 0.01, 1.0, 2.5, 7e5}) {
    const size_t bin = DecayingHistogram::BinOf(value);
    EXPECT_LE(DecayingHistogram::Edge(bin), value);
    EXPECT_GE(DecayingHistogram::Edge(bin + 1), value);
  }
  // Larger than there is a bin for.
  EXPECT_EQ(DecayingHistogram::BinOf(1e300), DecayingHistogram::kBins - 1);
  EXPECT_EQ(DecayingHistogram::BinOf(-1e300), 0u);
}

TEST(DecayingHistogram, QuantilesAreNearTheTrueOnesWhateverTheScale) {
  for (const double scale : {1e-3, 1.0, 1e4}) {
    DecayingHistogram histogram;
    for (int i = 1; i <= 1000; ++i) histogram.Add(scale * i, 1);
    for (const double p : {0.1, 0.5, 0.9, 0.99}) {
      EXPECT_NEAR(QuantileOf(histogram.weights(), p), 1000 * p * scale, 30 * p * scale);
      EXPECT_NEAR(histogram.ShareAbove(1000 * p * scale), 1 - p, 0.02);
    }
  }
}

TEST(DecayingHistogram, WhatFadesCountsForLess) {
  DecayingHistogram histogram;
  histogram.Add(1, 100);
  histogram.Fade(0.01);
  histogram.Add(8, 3);
  EXPECT_DOUBLE_EQ(histogram.total(), 4);
  EXPECT_DOUBLE_EQ(histogram.ShareAbove(4), 0.75);
}

TEST(DecayingHistogram, NoMoreIsTakenAwayThanThereIs) {
  DecayingHistogram histogram;
  histogram.Add(1, 2);
  histogram.Add(4, 1);
  histogram.AddToBin(DecayingHistogram::BinOf(1), -5);
  EXPECT_DOUBLE_EQ(histogram.total(), 1);
  EXPECT_DOUBLE_EQ(histogram.ShareAbove(2), 1);
}

TEST(DecayingHistogram, RefusesWeightsThatAreNone) {
  for (const double bad : {-1.0, std::nan("")}) {
    MemorySaver saver;
    std::vector<double> weights(DecayingHistogram::kBins, 1);
    weights[7] = bad;
    saver.Values("weights", std::span(weights), {weights.size()});
    MemoryLoader loader(saver.saved());
    DecayingHistogram histogram;
    histogram.ExchangeState(loader);
    EXPECT_FALSE(loader.status().ok());
  }
}

}  // namespace
}  // namespace hypnos

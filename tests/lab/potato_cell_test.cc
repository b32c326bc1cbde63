#include "lab/potato_cell.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "lab/potato_views.h"

namespace hypnos::lab {
namespace {

PotatoCell SmallCell(PotatoNetwork network) {
  PotatoCell cell;
  cell.network = network;
  cell.shapes = 2;
  cell.side = 10;
  cell.noise = 0.2;
  cell.units = {24, 24};
  cell.learning_frames = 60;
  cell.read_out_frames = 400;
  cell.test_frames = 100;
  return cell;
}

const PotatoViews& Views() {
  static const PotatoViews views = PotatoViews::Render(2, 7, 10).value();
  return views;
}

PotatoScore Score(const PotatoCell& cell) {
  const auto score = RunPotatoCell(cell, Views(), [] { return true; });
  EXPECT_TRUE(score.ok());
  return score.ok() ? *score : PotatoScore();
}

TEST(PotatoViews, AreOneTurnOfEachShape) {
  const auto views = PotatoViews::Render(2, 7, 10);
  ASSERT_TRUE(views.ok());
  EXPECT_EQ(views->shapes(), 2u);
  EXPECT_EQ(views->pixels(), 100u);
  const auto same = [&](size_t a, double turn_a, size_t b, double turn_b) {
    return std::ranges::equal(views->At(a, turn_a), views->At(b, turn_b));
  };
  EXPECT_TRUE(same(0, 0.25, 0, 3.25)) << "whole turns lead back";
  EXPECT_FALSE(same(0, 0.25, 0, 0.5));
  EXPECT_FALSE(same(0, 0.25, 1, 0.25));
}

TEST(PotatoCell, StatesTellTheShape) {
  for (const PotatoNetwork network : {PotatoNetwork::kRecurrent, PotatoNetwork::kFeedForward,
                                      PotatoNetwork::kUntrained, PotatoNetwork::kInput}) {
    EXPECT_GT(Score(SmallCell(network)).accuracy, 0.7);
  }
}

TEST(PotatoCell, WhatTurnsFasterSettlesLess) {
  PotatoCell cell = SmallCell(PotatoNetwork::kRecurrent);
  cell.noise = 0;
  cell.tested_at = 0.1;
  const double slow = Score(cell).change.at(0);
  cell.tested_at = 3;
  EXPECT_GT(Score(cell).change.at(0), 2 * slow);
}

TEST(PotatoCell, OnlyNetworksSettle) {
  EXPECT_TRUE(Score(SmallCell(PotatoNetwork::kInput)).change.empty());
  EXPECT_EQ(Score(SmallCell(PotatoNetwork::kUntrained)).change.size(), 2u);
}

TEST(PotatoCell, SameSeedSameScoreOtherSeedOtherScore) {
  PotatoCell cell = SmallCell(PotatoNetwork::kRecurrent);
  const PotatoScore first = Score(cell);
  EXPECT_EQ(Score(cell).change, first.change);
  cell.seed = 2;
  EXPECT_NE(Score(cell).change, first.change);
}

TEST(PotatoCell, StopsWhenToldTo) {
  int frames = 0;
  const auto score =
      RunPotatoCell(SmallCell(PotatoNetwork::kRecurrent), Views(), [&] { return ++frames < 7; });
  ASSERT_FALSE(score.ok());
  EXPECT_EQ(score.error().code, Code::kCancelled);
  EXPECT_EQ(frames, 7);
}

}  // namespace
}  // namespace hypnos::lab

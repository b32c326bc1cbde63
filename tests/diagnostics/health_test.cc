#include "hypnos/diagnostics/health.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "support/memory_archive.h"

namespace hypnos {
namespace {

using ::testing::HasSubstr;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

HealthLimits AllLimits() {
  return {.dead_units = 0.5,
          .weight_norm = 4,
          .effective_rank = 2,
          .cosine = 0.9,
          .auc = 0.6,
          .margin = 0.1,
          .scorings = 1};
}

// Two layers of which nothing is wrong.
ProbeFigures Sound() {
  ProbeFigures figures;
  figures.layers.resize(2);
  for (LayerProbe& layer : figures.layers) {
    layer.units = 100;
    layer.weights = {.mean = 1, .largest = 2};
    layer.effective_rank = 5;
    layer.cosine = 0.3;
    layer.auc = 0.8;
  }
  return figures;
}

ProbeFigures With(size_t layer, const std::function<void(LayerProbe&)>& change) {
  ProbeFigures figures = Sound();
  change(figures.layers[layer]);
  return figures;
}

TEST(Health, SoundIsSoundByAMargin) {
  Health health(AllLimits());
  const HealthVerdict verdict = health.Judge(Sound(), {}, true);
  EXPECT_FALSE(verdict.sign);
  EXPECT_TRUE(verdict.by_a_margin);
}

// A figure, values of it that are sound by the margin, sound, at the limit and beyond it.
struct Boundary {
  HealthFigure figure;
  std::function<void(LayerProbe&, double)> set;
  double by_margin, sound, limit, beyond;
  const char* words;
};

class HealthBoundary : public ::testing::TestWithParam<Boundary> {};

TEST_P(HealthBoundary, IsWhereTheLimitSays) {
  const Boundary& of = GetParam();
  const auto judged = [&](double value) {
    Health health(AllLimits());
    EXPECT_FALSE(health.Judge(Sound(), {}, true).sign);
    return health.Judge(With(1, [&](LayerProbe& layer) { of.set(layer, value); }), {}, true);
  };
  EXPECT_TRUE(judged(of.by_margin).by_a_margin);
  EXPECT_FALSE(judged(of.sound).sign);
  EXPECT_FALSE(judged(of.sound).by_a_margin);
  for (const double value : {of.limit, of.beyond}) {
    const HealthVerdict verdict = judged(value);
    ASSERT_TRUE(verdict.sign) << value;
    EXPECT_EQ(verdict.sign->layer, 2u);
    EXPECT_EQ(verdict.sign->figure, of.figure);
    EXPECT_DOUBLE_EQ(verdict.sign->value, value);
    EXPECT_DOUBLE_EQ(verdict.sign->limit, of.limit);
    EXPECT_FALSE(verdict.by_a_margin);
    EXPECT_THAT(ToString(*verdict.sign), HasSubstr(of.words));
    EXPECT_THAT(ToString(*verdict.sign), HasSubstr("layer 2: "));
  }
}

// What was never sound cannot be lost.
TEST_P(HealthBoundary, CountsOnlyOnceItWasSound) {
  const Boundary& of = GetParam();
  if (of.figure == HealthFigure::kWeightNorm) return;  // in multiples of the first
  Health health(AllLimits());
  const ProbeFigures beyond = With(0, [&](LayerProbe& layer) { of.set(layer, of.beyond); });
  for (int i = 0; i < 3; ++i) {
    const HealthVerdict verdict = health.Judge(beyond, {}, true);
    EXPECT_FALSE(verdict.sign);
    EXPECT_TRUE(verdict.by_a_margin);
  }
  EXPECT_FALSE(health.Judge(Sound(), {}, true).sign);
  EXPECT_TRUE(health.Judge(beyond, {}, true).sign);
}

TEST_P(HealthBoundary, IsWaitedForInVainOnce) {
  const Boundary& of = GetParam();
  if (of.figure == HealthFigure::kWeightNorm) return;  // in multiples of the first
  HealthLimits limits = AllLimits();
  limits.patience_scorings = 3;
  Health health(limits);
  // Sound, but not by the margin.
  const ProbeFigures nearly = With(1, [&](LayerProbe& layer) { of.set(layer, of.sound); });
  for (int scoring = 1; scoring < 8; ++scoring) {
    EXPECT_EQ(health.Judge(nearly, {}, true).in_vain.size(), scoring == 3 ? 1u : 0u) << scoring;
  }
  EXPECT_FALSE(health.Judge(Sound(), {}, true).sign);
  const ProbeFigures beyond = With(1, [&](LayerProbe& layer) { of.set(layer, of.beyond); });
  EXPECT_TRUE(health.Judge(beyond, {}, true).sign) << "since it was sound it counts";
}

TEST(Health, OnlyWhereItIsLookedAtAFigureIsWaitedFor) {
  HealthLimits limits = AllLimits();
  limits.patience_scorings = 2;
  Health health(limits);
  const ProbeFigures poor = With(0, [](LayerProbe& layer) { layer.auc = 0.4; });
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(health.Judge(poor, {}, false).in_vain.empty());
  EXPECT_TRUE(health.Judge(poor, {}, true).in_vain.empty());
  MemoryLoader loader(StateOf(health));
  Health loaded(limits);
  loaded.ExchangeState(loader);
  const HealthVerdict verdict = loaded.Judge(poor, {}, true);
  ASSERT_EQ(verdict.in_vain.size(), 1u);
  EXPECT_EQ(verdict.in_vain[0].layer, 1u);
  EXPECT_EQ(verdict.in_vain[0].figure, HealthFigure::kAuc);
  limits.patience_scorings = 0;
  Health never(limits);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(never.Judge(poor, {}, true).in_vain.empty());
}

TEST_P(HealthBoundary, NoLimitNoSign) {
  Health health({.dead_units = {}, .weight_norm = {}, .scorings = 1});
  EXPECT_FALSE(health.Judge(Sound(), {}, true).sign);
  const auto beyond = With(0, [&](LayerProbe& layer) { GetParam().set(layer, GetParam().beyond); });
  EXPECT_FALSE(health.Judge(beyond, {}, true).sign);
}

TEST_P(HealthBoundary, NotANumberIsNotSound) {
  if (GetParam().figure == HealthFigure::kDeadUnits) return;  // a count
  Health health(AllLimits());
  EXPECT_FALSE(health.Judge(Sound(), {}, true).sign);
  const auto nan = With(0, [&](LayerProbe& layer) { GetParam().set(layer, kNan); });
  EXPECT_TRUE(health.Judge(nan, {}, true).sign);
}

INSTANTIATE_TEST_SUITE_P(
    Each, HealthBoundary,
    ::testing::Values(
        Boundary{HealthFigure::kDeadUnits,
                 [](LayerProbe& layer, double value) {
                   layer.dead_units = static_cast<size_t>(std::lround(100 * value));
                 },
                 0.45, 0.49, 0.5, 1, "50.0 %"},
        Boundary{HealthFigure::kWeightNorm,
                 [](LayerProbe& layer, double value) { layer.weights.mean = value; }, 3.6, 3.9, 4,
                 1e30, "times what it was (limit: 4)"},
        Boundary{HealthFigure::kEffectiveRank,
                 [](LayerProbe& layer, double value) { layer.effective_rank = value; }, 2.2, 2.1, 2,
                 0, "directions only (limit: 2.00)"},
        Boundary{HealthFigure::kCosine,
                 [](LayerProbe& layer, double value) { layer.cosine = value; }, 0.81, 0.85, 0.9, 1,
                 "(limit: 0.9000)"},
        Boundary{HealthFigure::kAuc, [](LayerProbe& layer, double value) { layer.auc = value; },
                 0.66, 0.62, 0.6, 0.5, "AUC after sleep"}));

TEST(Health, TheAucIsLookedAtOnlyWhereItIsAskedFor) {
  Health health(AllLimits());
  const ProbeFigures poor = With(0, [](LayerProbe& layer) { layer.auc = 0.4; });
  EXPECT_FALSE(health.Judge(Sound(), {}, true).sign);
  EXPECT_FALSE(health.Judge(poor, {}, false).sign);
  EXPECT_TRUE(health.Judge(poor, {}, true).sign);
}

TEST(Health, AFigureHasToBeBeyondItsLimitSoOftenInARow) {
  HealthLimits limits = AllLimits();
  limits.scorings = 3;
  Health health(limits);
  const ProbeFigures poor = With(0, [](LayerProbe& layer) { layer.auc = 0.4; });
  const auto judged = [&](const ProbeFigures& figures, bool judge_auc) {
    return health.Judge(figures, {}, judge_auc).sign.has_value();
  };
  EXPECT_FALSE(judged(Sound(), true));
  EXPECT_FALSE(judged(poor, true));
  EXPECT_FALSE(judged(poor, true));
  EXPECT_FALSE(judged(Sound(), true));  // a better moment
  EXPECT_FALSE(judged(poor, true));
  EXPECT_FALSE(judged(poor, true));
  EXPECT_FALSE(judged(Sound(), false));  // where it is not looked at
  EXPECT_TRUE(judged(poor, true));
  EXPECT_FALSE(health.Judge(poor, {}, true).by_a_margin);
}

TEST(Health, SaysWhenAFigureIsSoundForTheFirstTime) {
  Health health(AllLimits());
  const ProbeFigures poor = With(0, [](LayerProbe& layer) { layer.auc = 0.4; });
  EXPECT_TRUE(health.Judge(poor, {}, true).is_first) << "others are";
  EXPECT_FALSE(health.Judge(poor, {}, true).is_first);
  EXPECT_TRUE(health.Judge(Sound(), {}, true).is_first);
  EXPECT_FALSE(health.Judge(Sound(), {}, true).is_first);
}

TEST(Health, WhatIsNotFiniteCountsFromTheFirstMomentOn) {
  const ProbeFigures broken = With(1, [](LayerProbe& layer) { layer.finite = false; });
  const HealthVerdict verdict = Health(AllLimits()).Judge(broken, {}, false);
  ASSERT_TRUE(verdict.sign);
  EXPECT_EQ(verdict.sign->figure, HealthFigure::kFinite);
  EXPECT_EQ(verdict.sign->layer, 2u);
  EXPECT_THAT(ToString(*verdict.sign), HasSubstr("not finite"));
}

TEST(Health, WeightsThatOverflowedAreASign) {
  const HealthVerdict layer =
      Health({}).Judge(Sound(), {.overflowed = {false, true}, .generator_finite = true}, false);
  ASSERT_TRUE(layer.sign);
  EXPECT_EQ(layer.sign->layer, 2u);
  const HealthVerdict generator =
      Health({}).Judge(Sound(), {.overflowed = {}, .generator_finite = false}, false);
  ASSERT_TRUE(generator.sign);
  EXPECT_EQ(generator.sign->layer, 0u);
  EXPECT_EQ(ToString(*generator.sign), "the generator's weights are not finite");
}

TEST(Health, TheLowestLayerIsTold) {
  Health health(AllLimits());
  EXPECT_FALSE(health.Judge(Sound(), {}, true).sign);
  ProbeFigures both = Sound();
  both.layers[0].auc = both.layers[1].auc = 0.1;
  both.layers[0].cosine = 0.95;
  const HealthVerdict verdict = health.Judge(both, {}, true);
  EXPECT_EQ(verdict.sign->layer, 1u);
  EXPECT_EQ(verdict.sign->figure, HealthFigure::kCosine);
}

TEST(Health, NoFiguresAreNoSign) {
  Health health(AllLimits());
  EXPECT_FALSE(health.Judge({}, {}, true).sign);
  ProbeFigures empty;
  empty.layers.resize(1);  // without units, weights or states
  EXPECT_FALSE(health.Judge(empty, {}, true).sign);
  EXPECT_FALSE(health.Judge(Sound(), {}, true).sign) << "another number of layers";
}

TEST(Health, RemembersWhatWasSoundWhereItIsLoaded) {
  Health health(AllLimits());
  ProbeFigures first = Sound();
  first.layers[0].weights.mean = 0.5;
  EXPECT_FALSE(health.Judge(first, {}, true).sign);
  Health loaded(AllLimits());
  MemoryLoader loader(StateOf(health));
  loaded.ExchangeState(loader);
  ASSERT_TRUE(loader.status().ok());
  EXPECT_TRUE(loader.left().empty());
  const HealthVerdict verdict =
      loaded.Judge(With(0, [](LayerProbe& layer) { layer.weights.mean = 2; }), {}, true);
  ASSERT_TRUE(verdict.sign);
  EXPECT_DOUBLE_EQ(verdict.sign->value, 4);
}

}  // namespace
}  // namespace hypnos

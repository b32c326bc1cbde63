// What holds for every kind of negative.
#include "hypnos/replay/negatives.h"

#include <gtest/gtest.h>

#include "hypnos/replay/dreamer.h"
#include "replay/remembered.h"
#include "support/counting_allocator.h"

namespace hypnos {
namespace {

constexpr NegativeOptions kOptions{.frames = static_cast<int64_t>(Remembered::kAfter),
                                   .hold_frames = 2,
                                   .context_frames = Remembered::kContext};

constexpr NegativeKind kWithFrames[] = {NegativeKind::kDream, NegativeKind::kOneStep,
                                        NegativeKind::kHybrid, NegativeKind::kSplice};

class EveryNegative : public testing::TestWithParam<NegativeKind> {
 protected:
  void Show(Negative& negative, Planes& out) const {
    for (int64_t frame = 0; frame < kOptions.frames; ++frame) {
      negative.Next(remembered_.Sources(0), frame, out);
    }
  }

  Remembered remembered_{4};
};

TEST_P(EveryNegative, IsOfTheFramesShapeAndBeginsNotLaterThanItIs) {
  Negatives negatives(remembered_.grid, kOptions, Rng(1));
  Negative& negative = negatives[GetParam()];
  for (int64_t frame = 0; frame < kOptions.frames; ++frame) {
    Planes shown;
    negative.Next(remembered_.Sources(1), frame, shown);
    EXPECT_EQ(shown.shape(), Remembered::kShape);
    const int64_t beginning = negative.Beginning(frame);
    EXPECT_LE(beginning, frame);
    EXPECT_EQ(negative.Beginning(beginning), beginning);
  }
  EXPECT_EQ(negative.Beginning(0), 0);
}

TEST_P(EveryNegative, IsTheSameForTheSameSeedWhateverOthersDraw) {
  Negatives one(remembered_.grid, kOptions, Rng(1)), same(remembered_.grid, kOptions, Rng(1)),
      other(remembered_.grid, kOptions, Rng(2));
  bool differs = false;
  for (int sequence = 0; sequence < 20; ++sequence) {
    Planes a, b, c;
    for (const NegativeKind kind : kWithFrames) {
      if (kind != GetParam()) Show(same[kind], b);
    }
    for (int64_t frame = 0; frame < kOptions.frames; ++frame) {
      one[GetParam()].Next(remembered_.Sources(0), frame, a);
      same[GetParam()].Next(remembered_.Sources(0), frame, b);
      other[GetParam()].Next(remembered_.Sources(0), frame, c);
      EXPECT_TRUE(Equal(a, b));
      differs = differs || !Equal(a, c);
    }
  }
  EXPECT_TRUE(differs);
}

TEST_P(EveryNegative, AllocatesNothingOnceItHasShownASequence) {
  Negatives negatives(remembered_.grid, kOptions, Rng(1));
  Planes shown;
  Show(negatives[GetParam()], shown);
  const long before = allocation_count;
  for (int i = 0; i < 3; ++i) Show(negatives[GetParam()], shown);
  EXPECT_EQ(allocation_count - before, 0);
}

INSTANTIATE_TEST_SUITE_P(Kinds, EveryNegative, testing::ValuesIn(kWithFrames),
                         [](const auto& test) { return ToString(test.param); });

TEST(Negatives, WithoutFramesOfTheirOwnAreWrongFromTheFirstFrameOn) {
  const Remembered r(0);
  Negatives negatives(r.grid, kOptions, Rng(7));
  for (const NegativeKind kind : kAllNegativeKinds) {
    if (HasFramesOfItsOwn(kind)) continue;
    EXPECT_EQ(negatives.Beginning(kind, 5), 0);
    EXPECT_DEATH(negatives[kind], "broken promise");
  }
}

// What was dreamed before there were other kinds is dreamed still.
TEST(Negatives, DreamsDrawFromTheGeneratorItself) {
  const Remembered r(0);
  Negatives negatives(r.grid, kOptions, Rng(7));
  Dreamer dreamer(r.grid, Rng(7));
  Planes dream, expected;
  for (int64_t frame = 0; frame < 50; ++frame) {
    negatives[NegativeKind::kDream].Next(r.Sources(), frame % kOptions.frames, dream);
    dreamer.Imagine(r.prediction, r.residuals, expected);
    EXPECT_TRUE(Equal(dream, expected));
  }
}

}  // namespace
}  // namespace hypnos

#include "replay/splice_negative.h"

#include <gtest/gtest.h>

#include <set>

#include "replay/remembered.h"

namespace hypnos {
namespace {

constexpr int64_t kFrames = static_cast<int64_t>(Remembered::kAfter);

// The sequence that what it shows was taken from, frame for frame.
std::optional<size_t> ShownSequence(SpliceNegative& negative, const Remembered& r,
                                    std::optional<size_t> context) {
  Planes shown;
  negative.Next(r.Sources(context), 0, shown);
  std::optional<size_t> found;
  for (size_t s = 0; s < r.memory.size(); ++s) {
    if (Equal(shown, r.After(s, 0))) found = s;
  }
  for (int64_t frame = 1; frame < kFrames && found; ++frame) {
    negative.Next(r.Sources(context), frame, shown);
    EXPECT_TRUE(Equal(shown, r.After(*found, frame))) << "frame " << frame;
  }
  return found;
}

TEST(SpliceNegative, IsExactlyAnotherSequence) {
  const Remembered r(4);
  SpliceNegative negative(Remembered::kContext, Rng(1));
  std::set<std::optional<size_t>> shown;
  for (int i = 0; i < 60; ++i) shown.insert(ShownSequence(negative, r, 2));
  EXPECT_EQ(shown, (std::set<std::optional<size_t>>{0, 1, 3})) << "each, but not what really came";
}

TEST(SpliceNegative, BesideTheStreamItIsAny) {
  const Remembered r(3);
  SpliceNegative negative(Remembered::kContext, Rng(1));
  std::set<std::optional<size_t>> shown;
  for (int i = 0; i < 60; ++i) shown.insert(ShownSequence(negative, r, {}));
  EXPECT_EQ(shown, (std::set<std::optional<size_t>>{0, 1, 2}));
}

TEST(SpliceNegative, GoesOnWithWhatTheMemoryForgetsMeanwhile) {
  Remembered r(2, 2);
  SpliceNegative negative(Remembered::kContext, Rng(1));
  const Planes expected = r.After(1, 1);
  Planes shown;
  negative.Next(r.Sources(0), 0, shown);
  ASSERT_TRUE(Equal(shown, r.After(1, 0)));
  for (size_t n = 10; n < 30; ++n) r.Remember(n);
  ASSERT_FALSE(Equal(expected, r.After(1, 1)));
  negative.Next(r.Sources(0), 1, shown);
  EXPECT_TRUE(Equal(shown, expected));
}

TEST(SpliceNegative, NeedsAnotherSequence) {
  const Remembered r(1);
  SpliceNegative negative(Remembered::kContext, Rng(1));
  Planes shown;
  EXPECT_DEATH(negative.Next(r.Sources(0), 0, shown), "broken promise");
}

}  // namespace
}  // namespace hypnos

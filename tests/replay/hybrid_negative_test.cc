#include "replay/hybrid_negative.h"

#include <gtest/gtest.h>

#include <set>
#include <utility>

#include "replay/remembered.h"

namespace hypnos {
namespace {

constexpr int64_t kFrames = static_cast<int64_t>(Remembered::kAfter);

// Of every pixel of every channel: m a + (1 - m) b.
bool IsMixedOf(const Planes& shown, std::span<const float> mask, const Planes& a, const Planes& b) {
  for (int channel = 0; channel < shown.shape().channels; ++channel) {
    for (size_t i = 0; i < mask.size(); ++i) {
      const double m = static_cast<double>(mask[i]);
      const double expected = m * static_cast<double>(a.plane(channel)[i]) +
                              (1 - m) * static_cast<double>(b.plane(channel)[i]);
      if (std::abs(static_cast<double>(shown.plane(channel)[i]) - expected) > 1e-6) return false;
    }
  }
  return true;
}

// The two sequences that were mixed, in all their frames; empty where there are none.
std::set<std::pair<size_t, size_t>> Mixed(HybridNegative& negative, const Remembered& r,
                                          std::optional<size_t> context) {
  std::set<std::pair<size_t, size_t>> candidates;
  for (size_t a = 0; a < r.memory.size(); ++a) {
    for (size_t b = 0; b < r.memory.size(); ++b) candidates.insert({a, b});
  }
  Planes shown;
  for (int64_t frame = 0; frame < kFrames; ++frame) {
    negative.Next(r.Sources(context), frame, shown);
    std::erase_if(candidates, [&](const auto& pair) {
      return !IsMixedOf(shown, negative.mask(), r.After(pair.first, frame),
                        r.After(pair.second, frame));
    });
  }
  return candidates;
}

TEST(HybridNegative, MixesWhatReallyCameWithAnotherSequence) {
  const Remembered r(3);
  HybridNegative negative(r.grid, Remembered::kContext, Rng(1));
  std::set<std::pair<size_t, size_t>> seen;
  for (int i = 0; i < 40; ++i) {
    const auto mixed = Mixed(negative, r, 1);
    ASSERT_EQ(mixed.size(), 1u);
    seen.insert(*mixed.begin());
  }
  EXPECT_EQ(seen, (std::set<std::pair<size_t, size_t>>{{1, 0}, {1, 2}}));
}

TEST(HybridNegative, BesideTheStreamItMixesAnyTwo) {
  const Remembered r(3);
  HybridNegative negative(r.grid, Remembered::kContext, Rng(1));
  std::set<std::pair<size_t, size_t>> seen;
  for (int i = 0; i < 100; ++i) {
    const auto mixed = Mixed(negative, r, {});
    ASSERT_EQ(mixed.size(), 1u);
    seen.insert(*mixed.begin());
  }
  EXPECT_EQ(seen.size(), 6u) << "every pair of two different ones";
  for (const auto& [a, b] : seen) EXPECT_NE(a, b);
}

TEST(HybridNegative, ItsMaskIsOneForASequenceAndAnotherForTheNext) {
  const Remembered r(2);
  HybridNegative negative(r.grid, Remembered::kContext, Rng(1));
  Planes shown;
  std::vector<float> first, next;
  for (int64_t frame = 0; frame < kFrames; ++frame) {
    negative.Next(r.Sources(0), frame, shown);
    if (frame == 0) first.assign(negative.mask().begin(), negative.mask().end());
    EXPECT_TRUE(std::ranges::equal(first, negative.mask()));
  }
  negative.Next(r.Sources(0), 0, shown);
  EXPECT_FALSE(std::ranges::equal(first, negative.mask()));
}

TEST(HybridNegative, NeedsTwoSequences) {
  const Remembered r(1);
  HybridNegative negative(r.grid, Remembered::kContext, Rng(1));
  Planes shown;
  EXPECT_DEATH(negative.Next(r.Sources(0), 0, shown), "broken promise");
}

}  // namespace
}  // namespace hypnos

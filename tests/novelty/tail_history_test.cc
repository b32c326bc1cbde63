#include "novelty/tail_history.h"

#include <gtest/gtest.h>

#include <cmath>

#include "hypnos/base/rng.h"
#include "support/memory_archive.h"

namespace hypnos {
namespace {

TailHistory Seen(int count) {
  TailHistory history(1e6);
  Rng rng(1);
  for (int i = 0; i < count; ++i) {
    history.Learn(-std::log(1 - static_cast<double>(rng.Uniform())));
  }
  return history;
}

TEST(TailHistory, CountsDecades) {
  const TailHistory history = Seen(20'000);
  EXPECT_NEAR(history.Decades(std::log(10.0)), 1, 0.1);
  EXPECT_NEAR(history.Decades(std::log(1000.0)), 3, 0.3);
}

TEST(TailHistory, TellsWhatWasNeverSeenFromWhatWasSeenEvenLess) {
  const TailHistory history = Seen(2000);
  EXPECT_GT(history.Decades(50), history.Decades(20));
  EXPECT_GT(history.Decades(20), 3);
  EXPECT_LE(history.Decades(1e300), 3.7 + TailHistory::kMost);
}

TEST(TailHistory, IsSilentBeforeItHasSeenAnything) {
  EXPECT_EQ(TailHistory(100).Decades(5), 0);
  TailHistory still(100);
  for (int i = 0; i < 1000; ++i) still.Learn(0);
  EXPECT_LT(still.Decades(0), 0.5);
  EXPECT_GT(still.Decades(1), 2);
}

TEST(TailHistory, ForgetsWhatIsLongAgo) {
  TailHistory history(100);
  for (int i = 0; i < 1000; ++i) history.Learn(1);
  for (int i = 0; i < 3000; ++i) history.Learn(10);
  EXPECT_LT(history.Decades(10), 0.5);
  // Also where the weights had to be brought back to size in between.
  EXPECT_NEAR(history.Decades(1), 0, 0.05);
}

TEST(TailHistory, GoesOnFromASavedState) {
  TailHistory one = Seen(100), other(1e6);
  MemorySaver saving;
  one.ExchangeState(saving);
  MemoryLoader loading(saving.saved());
  other.ExchangeState(loading);
  ASSERT_TRUE(loading.status().ok());
  one.Learn(3);
  other.Learn(3);
  EXPECT_EQ(one.Decades(2), other.Decades(2));
}

}  // namespace
}  // namespace hypnos

#include "layer/top_units.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <vector>

#include "tensor/naive.h"

namespace hypnos {
namespace {

std::vector<float> Kept(std::vector<float> r, size_t count, float* sum = nullptr) {
  std::vector<float> scratch(r.size());
  const float squares = KeepTop(r, count, scratch);
  if (sum != nullptr) *sum = squares;
  return r;
}

TEST(TopUnits, KeepsTheLargestWhereTheyAre) {
  float sum = 0;
  EXPECT_EQ(Kept({1, 5, 2, 4, 3}, 2, &sum), (std::vector<float>{0, 5, 0, 4, 0}));
  EXPECT_EQ(sum, 41);
}

TEST(TopUnits, OfEqualOnesTheFirstStay) {
  EXPECT_EQ(Kept({2, 3, 2, 2, 1}, 3), (std::vector<float>{2, 3, 2, 0, 0}));
  EXPECT_EQ(Kept({7, 7, 7}, 1), (std::vector<float>{7, 0, 0}));
}

TEST(TopUnits, FewerThanThatMayBeActive) {
  float sum = 0;
  EXPECT_EQ(Kept({0, 3, 0, 0}, 2, &sum), (std::vector<float>{0, 3, 0, 0}));
  EXPECT_EQ(sum, 9);
}

TEST(TopUnits, AreTheFirstOfTheSortedOnes) {
  Rng rng(1);
  for (size_t size = 2; size <= 70; ++size) {
    auto r = naive::RandomVector(size, rng);
    for (float& x : r) x = std::max(0.0f, x);
    const size_t count = 1 + rng.Below(size - 1);
    auto sorted = r, kept = Kept(r, count);
    std::ranges::sort(sorted, std::greater());
    std::ranges::sort(kept, std::greater());
    EXPECT_TRUE(std::equal(kept.begin(), kept.begin() + static_cast<std::ptrdiff_t>(count),
                           sorted.begin()));
    EXPECT_EQ(std::ranges::count_if(kept, [](float x) { return x > 0; }),
              std::ranges::count_if(sorted.begin(), sorted.begin() + static_cast<long>(count),
                                    [](float x) { return x > 0; }));
  }
}

}  // namespace
}  // namespace hypnos

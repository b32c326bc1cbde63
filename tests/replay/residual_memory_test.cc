#include "hypnos/replay/residual_memory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "hypnos/tensor/kernels.h"

namespace hypnos {
namespace {

// All values are `value`, a small number that half precision holds.
Planes Plain(float value, const PlaneShape& shape = {1, 2, 3}) {
  Planes planes(shape);
  std::ranges::fill(planes.values(), value);
  return planes;
}

float ValueOf(const HalfBuffer& residual) {
  std::vector<float> values(residual.size());
  FromHalf(residual, values);
  for (const float value : values) EXPECT_EQ(value, values[0]);
  return values[0];
}

// What a hundred draws give.
std::set<float> Drawn(const ResidualMemory& memory) {
  Rng rng(1);
  std::set<float> values;
  for (int draw = 0; draw < 100; ++draw) values.insert(ValueOf(memory.Draw(rng)));
  return values;
}

using Values = std::set<float>;

TEST(ResidualMemory, IsEmptyAtFirst) {
  ResidualMemory memory(3);
  EXPECT_TRUE(memory.empty());
  Rng rng(1);
  EXPECT_DEATH(memory.Draw(rng), "broken promise");
}

TEST(ResidualMemory, DrawsFromAllThatItHolds) {
  ResidualMemory memory(5);
  for (const float value : {1.0f, -2.0f, 0.5f}) memory.Observe(Plain(value));
  EXPECT_EQ(memory.size(), 3u);
  EXPECT_EQ(Drawn(memory), (Values{1, -2, 0.5f}));
}

TEST(ResidualMemory, TheOldestMakesRoom) {
  ResidualMemory memory(3);
  for (int i = 1; i <= 8; ++i) memory.Observe(Plain(static_cast<float>(i)));
  EXPECT_EQ(memory.size(), 3u);
  EXPECT_EQ(Drawn(memory), (Values{6, 7, 8}));
}

TEST(ResidualMemory, OnceClearedItHoldsWhatComesAfter) {
  ResidualMemory memory(3);
  for (int i = 1; i <= 4; ++i) memory.Observe(Plain(static_cast<float>(i)));
  memory.Clear();
  EXPECT_TRUE(memory.empty());
  for (int i = 5; i <= 6; ++i) memory.Observe(Plain(static_cast<float>(i)));
  EXPECT_EQ(Drawn(memory), (Values{5, 6}));
}

TEST(ResidualMemory, AnotherShapeEmptiesIt) {
  ResidualMemory memory(3);
  for (int i = 1; i <= 5; ++i) memory.Observe(Plain(static_cast<float>(i)));
  memory.Observe(Plain(9, {3, 4, 4}));
  EXPECT_EQ(memory.size(), 1u);
  Rng rng(1);
  EXPECT_EQ(memory.Draw(rng).size(), 48u);
  memory.Observe(Plain(10, {3, 4, 4}));
  EXPECT_EQ(Drawn(memory), (Values{9, 10}));
}

TEST(ResidualMemory, AShapeIsMoreThanItsSize) {
  ResidualMemory memory(3);
  memory.Observe(Plain(1, {1, 2, 3}));
  memory.Observe(Plain(2, {1, 3, 2}));
  EXPECT_EQ(Drawn(memory), Values{2});
}

TEST(ResidualMemory, EqualSeedsDrawEqually) {
  ResidualMemory memory(4);
  for (int i = 1; i <= 4; ++i) memory.Observe(Plain(static_cast<float>(i)));
  Rng one(7), same(7);
  for (int draw = 0; draw < 50; ++draw) EXPECT_EQ(memory.Draw(one), memory.Draw(same));
}

TEST(ResidualMemory, NeedsRoomForOne) {
  EXPECT_DEATH(ResidualMemory(0), "broken promise: capacity > 0");
}

}  // namespace
}  // namespace hypnos

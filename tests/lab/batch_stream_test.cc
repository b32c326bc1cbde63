#include "lab/batch_stream.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace hypnos::lab {
namespace {

std::vector<size_t> NextCopy(BatchStream& stream) {
  const auto batch = stream.Next();
  return {batch.begin(), batch.end()};
}

TEST(BatchStream, APassHasEverythingOnceAndEachPassAnotherOrder) {
  BatchStream stream(6, 2, Rng(1));
  std::vector<std::vector<size_t>> passes;
  for (int pass = 0; pass < 3; ++pass) {
    std::vector<size_t> all;
    for (int i = 0; i < 3; ++i) {
      for (const size_t index : stream.Next()) all.push_back(index);
    }
    EXPECT_EQ(std::set<size_t>(all.begin(), all.end()), (std::set<size_t>{0, 1, 2, 3, 4, 5}));
    passes.push_back(all);
  }
  EXPECT_NE(passes[0], passes[1]);
  EXPECT_NE(passes[1], passes[2]);
}

TEST(BatchStream, WhatIsLeftOverAtTheEndOfAPassIsLeftOut) {
  BatchStream stream(5, 2, Rng(1));
  for (int pass = 0; pass < 20; ++pass) {
    std::set<size_t> seen;
    for (int i = 0; i < 2; ++i) {
      for (const size_t index : stream.Next()) seen.insert(index);
    }
    EXPECT_EQ(seen.size(), 4U);
  }
}

TEST(BatchStream, FollowsTheGenerator) {
  BatchStream stream(100, 10, Rng(1)), same(100, 10, Rng(1)), other(100, 10, Rng(2));
  const auto first = NextCopy(stream);
  EXPECT_EQ(first, NextCopy(same));
  EXPECT_NE(first, NextCopy(other));
}

}  // namespace
}  // namespace hypnos::lab

#include "sources/hashed_words.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace hypnos {
namespace {

std::vector<double> Hashed(std::string_view line) {
  std::vector<double> present(64, 7);
  HashWords(line, present);
  return present;
}

TEST(HashedWords, AreTheSameForLinesThatDifferInNumbers) {
  const auto one = Hashed("worker 17: took 12.5 ms for 10.0.0.1");
  EXPECT_EQ(one, Hashed("Worker 4: took 999 ms for 192.168.7.20"));
  EXPECT_NE(one, Hashed("worker 17: died for 10.0.0.1"));
  EXPECT_EQ(std::ranges::count(one, 1.0), 5);  // worker, #, took, ms, for
  EXPECT_EQ(std::ranges::count(Hashed(" -- "), 0.0), 64);
}

TEST(HashedWords, BucketsNeverChange) {
  EXPECT_EQ(BucketOf("", 1000), 14695981039346656037ULL % 1000);
  EXPECT_EQ(BucketOf("a", 1000), 0xaf63dc4c8601ec8cULL % 1000);  // FNV-1a's own test vector
}

}  // namespace
}  // namespace hypnos

#include "sources/natural_order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace hypnos {
namespace {

using Names = std::vector<std::string>;

Names Sorted(Names names) {
  std::ranges::sort(names, NaturallyBefore);
  return names;
}

TEST(NaturalOrder, TakesNumbersAsNumbers) {
  EXPECT_EQ(Sorted({"f10.png", "f2.png", "f1.png"}), (Names{"f1.png", "f2.png", "f10.png"}));
  EXPECT_EQ(Sorted({"a2b10", "a2b9", "a10b1"}), (Names{"a2b9", "a2b10", "a10b1"}));
}

TEST(NaturalOrder, TakesNumbersOfAnyLength) {
  EXPECT_EQ(Sorted({"99999999999999999999999", "100000000000000000000000", "3"}),
            (Names{"3", "99999999999999999999999", "100000000000000000000000"}));
}

TEST(NaturalOrder, IsStrictAlsoForLeadingZeros) {
  EXPECT_EQ(Sorted({"f2", "f002", "f02"}), (Names{"f002", "f02", "f2"}));
  EXPECT_FALSE(NaturallyBefore("f2", "f2"));
  EXPECT_TRUE(NaturallyBefore("f0", "f00") != NaturallyBefore("f00", "f0"));
}

TEST(NaturalOrder, PutsShortNamesFirst) {
  EXPECT_EQ(Sorted({"ab", "a", "", "b"}), (Names{"", "a", "ab", "b"}));
}

}  // namespace
}  // namespace hypnos

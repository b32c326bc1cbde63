#include "lab/phase_rules.h"

#include <gtest/gtest.h>

#include <set>

namespace hypnos::lab {
namespace {

TEST(PhaseRules, ARateHoldsUntilTheNextLongerPhase) {
  const PhaseRule rule{.name = "x",
                       .rule = LearningRule::kDeferredContrast,
                       .order = Order::kInTurns,
                       .velocity = 0,
                       .online_share = 0,
                       .temperature = 1,
                       .rates = {4, 3, 2, 1}};
  EXPECT_EQ(rule.RateAt(0), 4);
  EXPECT_EQ(rule.RateAt(1), 4);
  EXPECT_EQ(rule.RateAt(7), 4);
  EXPECT_EQ(rule.RateAt(8), 3);
  EXPECT_EQ(rule.RateAt(32), 2);
  EXPECT_EQ(rule.RateAt(127), 2);
  EXPECT_EQ(rule.RateAt(1000), 1);
}

TEST(PhaseRules, HaveNamesOfTheirOwn) {
  std::set<std::string_view> names;
  for (const PhaseRule& rule : PhaseRules()) EXPECT_TRUE(names.insert(rule.name).second);
}

}  // namespace
}  // namespace hypnos::lab

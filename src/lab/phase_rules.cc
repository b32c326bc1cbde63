#include "lab/phase_rules.h"

namespace hypnos::lab {
namespace {

// Chosen by validation; see tests/experiments/README.md.
// clang-format off: one line a rule
constexpr PhaseRule kRules[] = {
    // name, rule, order, velocity, online share, temperature, rates
    {"interleaved",
     LearningRule::kInterleaved,
     Order::kMixed,
     .9f,
     0,
     50,
     {.002f, .002f, .002f, .002f}},
    {"naive",
     LearningRule::kCarriedVelocity,
     Order::kInTurns,
     .9f,
     0,
     50,
     {.002f, .002f, .002f, .002f}},
    {"carried",
     LearningRule::kCarriedVelocity,
     Order::kInTurns,
     .999f,
     0,
     50,
     {3e-6f, 3e-6f, 1e-6f, 3e-7f}},
    {"deferred",
     LearningRule::kDeferredContrast,
     Order::kInTurns,
     .8f,
     .06f,
     150,
     {.02f, .02f, .01f, .003f}},
    {"rehearsed",
     LearningRule::kRehearsed,
     Order::kRehearsed,
     .9f,
     .001f,
     50,
     {.002f, .002f, .002f, .002f}},
    {"looking", LearningRule::kLooking, Order::kMixed, 0, 0, 50, {0, 0, 0, 0}},
};
// clang-format on

}  // namespace

float PhaseRule::RateAt(size_t wake_batches) const {
  size_t at = 0;
  while (at + 1 < kPhaseLengths.size() && kPhaseLengths[at + 1] <= wake_batches) ++at;
  return rates[at];
}

std::span<const PhaseRule> PhaseRules() { return kRules; }

}  // namespace hypnos::lab

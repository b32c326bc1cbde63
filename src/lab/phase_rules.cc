#include "lab/phase_rules.h"

namespace hypnos::lab {
namespace {

// Chosen by validation; see tests/experiments/README.md. One line a rule:
// name, rule, order, velocity, online share, temperature, rates
// clang-format off
constexpr PhaseRule kRules[] = {
    {"interleaved", LearningRule::kInterleaved, Order::kMixed, .9f, 0, 60, {2e-3f, 2e-3f, 2e-3f, 2e-3f}},
    {"naive", LearningRule::kCarriedVelocity, Order::kInTurns, .9f, 0, 20, {2e-3f, 2e-3f, 2e-3f, 2e-3f}},
    {"carried", LearningRule::kCarriedVelocity, Order::kInTurns, .999f, 0, 20, {3e-6f, 3e-6f, 1e-6f, 3e-7f}},
    {"deferred", LearningRule::kDeferredContrast, Order::kInTurns, .9f, .03f, 20, {.02f, .02f, .01f, 3e-3f}},
    {"rehearsed", LearningRule::kRehearsed, Order::kRehearsed, .9f, 1e-3f, 60, {2e-3f, 2e-3f, 2e-3f, 2e-3f}},
    {"looking", LearningRule::kLooking, Order::kMixed, 0, 0, 60, {0, 0, 0, 0}},
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

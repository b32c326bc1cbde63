#include "lab/phase_rules.h"

namespace hypnos::lab {
namespace {

constexpr PhaseRule kRules[] = {
    {"interleaved", LearningRule::kInterleaved, Order::kMixed, 0.9f, 0, {.02f, .02f, .02f, .02f}},
    {"naive", LearningRule::kInterleaved, Order::kInTurns, 0.9f, 0, {.001f, .001f, .001f, .001f}},
    {"deferred",
     LearningRule::kDeferredContrast,
     Order::kInTurns,
     0.9f,
     0.03f,
     {.02f, .02f, .01f, .003f}},
    {"rehearsed",
     LearningRule::kRehearsed,
     Order::kRehearsed,
     0.9f,
     0.001f,
     {.02f, .02f, .02f, .02f}},
    {"looking", LearningRule::kLooking, Order::kMixed, 0, 0, {0, 0, 0, 0}},
};

}  // namespace

float PhaseRule::RateAt(size_t wake_batches) const {
  size_t at = 0;
  while (at + 1 < kPhaseLengths.size() && kPhaseLengths[at + 1] <= wake_batches) ++at;
  return rates[at];
}

std::span<const PhaseRule> PhaseRules() { return kRules; }

}  // namespace hypnos::lab

// The learning rules that the experiment `phases` compares, one line each.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

#include "hypnos/layer/options.h"

namespace hypnos::lab {

// Batches awake before a sleep that the published table has.
inline constexpr std::array<size_t, 4> kPhaseLengths = {1, 8, 32, 128};

enum class Order {
  kMixed,     // each batch of real data together with its negatives; nobody sleeps
  kInTurns,   // real data only, then negatives only
  kRehearsed  // real data only, then negatives with what was real beside them
};

struct PhaseRule {
  std::string_view name;
  LearningRule rule;
  Order order;
  float velocity;
  float online_share;
  float temperature;  // T of p = sigmoid((G - theta) / T)
  // For each of kPhaseLengths: longer phases collect larger sums.
  std::array<float, kPhaseLengths.size()> rates;

  // The rate of the longest of kPhaseLengths that is not longer.
  float RateAt(size_t wake_batches) const;
};

std::span<const PhaseRule> PhaseRules();

}  // namespace hypnos::lab

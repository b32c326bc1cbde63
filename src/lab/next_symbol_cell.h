// One cell of the table `next-symbol`: layers read a text once, many readers at different places at
// the same time, and learn to tell the symbol that came from symbols that did not. What is judged
// is how well the next symbol of an unseen text is foretold, in bits a symbol:
//   log q(c)                            a softmax read-out of all layers and the window alone
//   log p(c) = s_0 log q(c) + sum_l s_l g_l(c) - log Z    corrected by goodness (candidates.h)
// The read-out learns by its own error, the numbers s by that of p. Neither goes into the layers,
// of which each learns from its own activity only.
//
// Negatives, so many for each real symbol:
//   kOneStep    the real context with a symbol drawn from q
//   kCorrected  the real context with a symbol drawn from p, by layer 1's goodness alone
//   kGenerated  the network's own text: the real context goes on with symbols drawn from q, the
//   k-th
//               negative has k of them
// Frozen layers are random and learn nothing; the read-out does, and nothing is corrected.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "hypnos/base/result.h"
#include "hypnos/layer/options.h"
#include "lab/symbol_text.h"

namespace hypnos::lab {

enum class SymbolNegatives { kFrozen, kOneStep, kCorrected, kGenerated };

struct NextSymbolCell {
  SymbolNegatives negatives = SymbolNegatives::kCorrected;
  size_t negatives_per_symbol = 4;
  size_t window = 7;
  size_t readers = 50;
  uint64_t seed = 1;

  std::vector<size_t> units = {512};
  LearningOptions learning;
  float temperature_per_unit = 0.5f;
  float peer_normalisation = 0;

  float read_out_rate = 2e-5f;
  // Of the numbers s, which begin at 1.
  float correction_rate = 1e-2f;
  // The last so large share of the steps, over which all rates fall to zero in a straight line.
  float fall = 0.5f;
};

struct NextSymbolScore {
  double read_out_bits = 0;
  double first_layer_bits = 0;  // corrected by layer 1
  double corrected_bits = 0;    // by all
  double accuracy = 0;          // of the likeliest symbol by p; a share, in [0, 1]
};

// How often `go_on` is asked.
size_t StepsOf(const NextSymbolCell& cell, const SymbolText& text);

// `go_on` is told about each step; where it says no, the cell ends with kCancelled.
// Precondition: there is at least one step, and a symbol to be judged by for each reader. Errors:
// FfLayer::Create's.
Result<NextSymbolScore> RunNextSymbolCell(const NextSymbolCell& cell, const SymbolText& text,
                                          const std::function<bool()>& go_on);

}  // namespace hypnos::lab

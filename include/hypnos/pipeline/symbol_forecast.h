// Which symbols a network that reads a text expects, corrected by how real the layers find them:
//   log p(c) = log q(c) + s mean_l g_l(c) - log Z,   g_l(c) = (G_l(c) - theta_l) / T_l
// q: the generator's likelihoods; G_l(c): goodness of layer l where c came next and was held until
// it had reached the layer. A copy of the network is asked: the network does not notice.
// Only the first reader is asked, with all symbols at once: each weight is read once a step and
// layer. Threads: safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "hypnos/base/result.h"
#include "hypnos/pipeline/look.h"

namespace hypnos {

struct SymbolForecast {
  // Of the first reader. The likeliest symbol, the likeliest after that one, and so on.
  std::vector<uint8_t> likeliest;
  // [symbols] p of the next symbol.
  std::vector<float> next;
};

// From a look with weights and picture. `goodness_share`: s; 0 leaves q as it is.
// Precondition: the network reads symbols, steps > 0. Errors: those of Network::Create.
Result<SymbolForecast> ForecastSymbols(Look look, size_t steps, float goodness_share);

}  // namespace hypnos

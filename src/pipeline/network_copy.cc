#include "pipeline/network_copy.h"

#include "hypnos/base/check.h"

namespace hypnos {

Result<Network> CopyNetwork(const Look& look) {
  HYPNOS_CHECK(!look.parameters.empty());
  // It is overwritten, and never learns.
  NetworkOptions options = look.options;
  options.learning.rule = LearningRule::kLooking;
  options.generator.rule = GeneratorRule::kDelta;
  HYPNOS_ASSIGN_OR_RETURN(Network network, Network::Create(options, look.shape, 2, Rng(0)));
  for (size_t l = 0; l < network.layer_count(); ++l) {
    network.mutable_layer(l).SetParameters(look.parameters[l]);
  }
  network.mutable_generator().SetWeights(look.generator);
  network.Restore(Lane::kReal, 0, look.state);
  return network;
}

}  // namespace hypnos

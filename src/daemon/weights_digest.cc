#include "daemon/weights_digest.h"

#include "hypnos/record/digest.h"

namespace hypnos {

uint64_t WeightsDigest(const Network* network) {
  if (network == nullptr) return 0;
  Digest digest;
  for (size_t l = 0; l < network->layer_count(); ++l) {
    const LayerParameters parameters = network->layer(l).parameters();
    digest.Add(parameters.weights.values());
    digest.Add(parameters.bias.values());
    digest.Add(std::span(&parameters.threshold_shift, 1));
  }
  digest.Add(network->generator().weights().values());
  digest.Add(network->label_read_out().weights());
  digest.Add(network->label_read_out().bias());
  return digest.value();
}

}  // namespace hypnos

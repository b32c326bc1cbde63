// What of a network is averaged with others that began from the same weights: of each layer what
// lasts of its weights and biases, and its threshold; then the weights of the read-out that
// predicts. All of it in one row of numbers, in that order.
// Left out: the read-out of labels, whose scaling is of what its own network saw; and where the
// read-out that predicts is fitted by least squares, its weights of the input follow at the next
// step from what was seen here, whatever they are set to.
// Pure functions. Threads: safe, on a network that stands still.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "hypnos/network/network.h"

namespace hypnos {

// "layer 1: 24 x 96, ..., read-out: 64 x 104": weights add up only where it is the same.
std::string LastingShapes(const Network& network);
size_t LastingCount(const Network& network);
std::vector<float> LastingWeights(const Network& network);

// What stands in such a row.
struct LastingParts {
  std::vector<LayerParameters> layers;
  Matrix generator;
};
// Precondition: as many values as LastingCount.
LastingParts PartsOf(const Network& network, std::span<const float> values);

}  // namespace hypnos

// One number for all that was learned: of two networks it is the same where every weight is, to the
// bit. Threads: nothing may be under way.
#pragma once

#include <cstdint>

#include "hypnos/network/network.h"

namespace hypnos {

// Of the weights of layers and read-outs, in that order; 0 where there is no network.
uint64_t WeightsDigest(const Network* network);

}  // namespace hypnos

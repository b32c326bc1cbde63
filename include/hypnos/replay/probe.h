// How well a network tells what is real from what it dreams, looked at without learning.
//
// Each remembered sequence is cut into a context and a continuation. After the context the network
// sees, once, the real continuation and, once, its own dream of it; pairwise accuracy is the share
// of (step, location) pairs in which the real one has the higher goodness (ties count half; 0.5 is
// chance). Layer l (from 0) is judged from the step on at which the continuation has reached it.
//
// Uses the dream lane and leaves weights alone. Nothing may be under way.
#pragma once

#include <vector>

#include "hypnos/network/network.h"
#include "hypnos/replay/residual_memory.h"
#include "hypnos/replay/sequence_memory.h"

namespace hypnos {

struct ProbeResult {
  // Per layer.
  std::vector<double> pairwise_accuracy;
  std::vector<double> real_goodness;   // mean, per unit
  std::vector<double> dream_goodness;  // mean, per unit
  size_t sequences = 0;
};

// `tick_number` is the dream lane's last tick and is moved on. `context_frames` must leave at least
// one frame of each sequence. An empty memory gives a result with sequences = 0.
ProbeResult ProbeRealAgainstDream(Network& network, const SequenceMemory& sequences,
                                  ResidualMemory& residuals, size_t context_frames, Rng rng,
                                  int64_t& tick_number, Executor& executor);

}  // namespace hypnos

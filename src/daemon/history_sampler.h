// Turns what is known of the networks, each second, into figures with names and changes of phase.
//
//   goodness_real/1, goodness_dream/1, p_real/1, p_dream/1, probe_auc/1, pairs_told/1, dead_units/1
//   accuracy_learned, accuracy_held_out, asleep (0 or 1)
//   frames_per_second@door, prediction_error@door
//
// 1 is a layer, door a source. Where each source has a network of its own, what is of a network
// ends in @door, too. Threads: thread-compatible.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "daemon/measured.h"
#include "hypnos/base/clock.h"
#include "hypnos/telemetry/history_data.h"

namespace hypnos {

class HistorySampler {
 public:
  // The figures of this moment. Frames a second are known from the second time on.
  HistorySample Sample(Instant now, WallTime wall, const std::vector<MeasuredNetwork>& networks);

  // Notes a change that was told as it happened.
  void Note(const HistoryChange& change);
  // What has changed without that: somebody only looks, has ended, is gone.
  std::vector<HistoryChange> Changes(WallTime wall, const std::vector<MeasuredNetwork>& networks);
  // Nobody is watching any more.
  std::vector<HistoryChange> End(WallTime wall) { return Changes(wall, {}); }

 private:
  struct Count {
    uint64_t frames;
    Instant at;
  };
  std::map<std::string, Count> frames_;  // by source
  std::map<std::string, int> states_;    // by network
};

}  // namespace hypnos

// One stream of frames on its way through the network: all that is its own and not the network's.
// Weights, generator, schedule and remembered sequences belong to all streams together.
// Threads: each part belongs to the stage that is named.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "hypnos/replay/residual_memory.h"
#include "hypnos/sources/encoder.h"
#include "pipeline/memory_ledger.h"
#include "pipeline/negative_lane.h"

namespace hypnos {

struct Stream {
  // `residuals`: how many errors are remembered.
  Stream(size_t residuals_kept, NegativeLane negatives_beside, MemoryLedger when_to_remember)
      : residuals(residuals_kept),
        held_out_residuals(residuals_kept),
        negative_lane(negatives_beside),
        ledger(when_to_remember) {}

  // The encode stage's.
  std::unique_ptr<Encoder> encoder;

  // The read-out's, which writes them, and of who makes dreams of them after it. Errors of about
  // the time that a dream is of: one that adds errors of another hour is told from real by what
  // else happened then. Of frames to learn from and of others.
  ResidualMemory residuals, held_out_residuals;

  // The output's: what the labelled frame before showed.
  std::optional<size_t> label_before;

  // The rest is of the thread that submits steps. The last frame that was shown:
  std::string clip;
  int64_t frame = 0;
  bool learned = true;
  int64_t real_ticks = 0;
  int64_t labelled_ticks = 0;
  int64_t age = 0;  // real ticks since the last discontinuity
  // What runs beside it: dreams, and negatives of other kinds.
  NegativeLane negative_lane;
  MemoryLedger ledger;
};

}  // namespace hypnos

// A network that learns from one stream, frame by frame, on the calling thread: interleaved, as
// learning.rule has it, with a dream beside what is real, each dream a few frames long. What an
// experiment needs that looks into the states at every frame.
// Threads: thread-compatible. Nothing fails after construction.
#pragma once

#include <cstdint>
#include <vector>

#include "hypnos/base/rng.h"
#include "hypnos/network/network.h"
#include "hypnos/replay/dreamer.h"
#include "hypnos/replay/residual_memory.h"
#include "hypnos/tensor/executor.h"

namespace hypnos::lab {

class StreamLearner {
 public:
  struct Options {
    int steps_per_frame = 1;
    int dream_frames = 8;
    size_t residuals = 32;
  };

  StreamLearner(Network network, const Options& options, const Rng& rng);

  // Shows the next frame and, where asked to, learns from it. Statistics of every layer at the last
  // step of the frame; valid until the next call.
  const std::vector<StepStatistics>& Show(const Planes& frame, bool learn);

  // What a layer says of the last frame, [locations x units].
  ConstMatrixView output(size_t layer) const { return network_.output(Lane::kReal, layer, ticks_); }
  const Network& network() const { return network_; }

 private:
  bool MayDream() const { return ticks_ >= 2 * options_.steps_per_frame && !residuals_.empty(); }
  void StepDream(int hold);
  void StepReal(const Planes& frame, int hold, bool learn);
  void ReadOut(bool learn, int hold);

  Options options_;
  Network network_;
  Dreamer dreamer_;
  ResidualMemory residuals_;
  SerialExecutor executor_;
  Tick real_, dream_;
  int64_t ticks_ = 0;        // of the real lane
  int64_t dream_ticks_ = 0;  // of the dreaming one
  int64_t dreamed_ = 0;      // frames of the dream under way
  bool dreaming_ = false;
  Planes dreamed_frame_, residual_;
};

}  // namespace hypnos::lab

// What each node of the flow graph does to a step. The graph decides when; here is only what.
// Each stage is called for one step at a time, in order; different stages at the same time.
#pragma once

#include "hypnos/base/clock.h"
#include "hypnos/network/network.h"
#include "hypnos/pipeline/report.h"
#include "hypnos/replay/dreamer.h"
#include "hypnos/replay/residual_memory.h"
#include "hypnos/replay/sequence_memory.h"
#include "hypnos/sources/video_encoder.h"
#include "pipeline/step.h"

namespace hypnos {

// Everything that is remembered of the stream.
struct Memories {
  SequenceMemory sequences;
  ResidualMemory residuals;
  SequenceMemory held_out;
};

class Stages {
 public:
  // All references must outlive the stages.
  Stages(VideoEncoder& encoder, Network& network, Memories& memories, Rng dream_rng,
         const Clock& clock, PipelineObserver& observer, RunSummary& summary);

  void Encode(Step& step);
  void Imagine(Step& step);
  void RunLayer(size_t layer, Step& step, Executor& executor);
  void ReadOut(Step& step, Executor& executor);
  void Output(Step& step);

  bool can_dream() const { return dreamer_.Ready(); }

 private:
  void Remember(const Step& step);
  void ReportFrame(Step& step);
  void ReportDream(const Step& step);

  VideoEncoder& encoder_;
  Network& network_;
  Memories& memories_;
  Dreamer dreamer_;
  const Clock& clock_;
  PipelineObserver& observer_;
  RunSummary& summary_;
  Planes encoded_, dreamed_, residual_;
  FrameReport frame_report_;
  DreamReport dream_report_;
};

}  // namespace hypnos

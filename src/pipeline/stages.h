// What each node of the flow graph does to a step. The graph decides when; here is only what.
// Each stage is called for one step at a time, in order; different stages at the same time.
#pragma once

#include <functional>

#include "hypnos/base/clock.h"
#include "hypnos/network/network.h"
#include "hypnos/pipeline/report.h"
#include "hypnos/replay/negatives.h"
#include "hypnos/replay/residual_memory.h"
#include "hypnos/replay/sequence_memory.h"
#include "pipeline/label_judge.h"
#include "pipeline/novelty_watch.h"
#include "pipeline/step.h"

namespace hypnos {

// What is remembered of all streams; each has the errors of its last frames by itself.
struct Memories {
  SequenceMemory sequences;
  // Asleep, errors of the sequence that is recalled.
  ResidualMemory replay_residuals;
  // The first sequences, for the probe set, until that is whole.
  SequenceMemory probes;
};

class Stages {
 public:
  // All references must outlive the stages.
  Stages(Network& network, Memories& memories, Negatives& negatives, const PipelineOptions& options,
         const Clock& clock, PipelineObserver& observer, RunSummary& summary);

  void Encode(Step& step);
  void Imagine(Step& step);
  // Of a layer that is computed elsewhere, before RunLayer, which may wait without it.
  void SendLayer(size_t layer, const Step& step, std::function<void()> answered);
  void RunLayer(size_t layer, Step& step, Executor& executor);
  void ReadOut(Step& step, Executor& executor);
  void Output(Step& step);

 private:
  void EncodeReal(Step& step);
  void MakeNegative(Step& step, ConstMatrixView prediction, Planes& frame);
  void HurryNegative(Step& step);
  void MislabelNegative(Step& step);
  ResidualMemory& ResidualsOf(const Step& step) const;
  void MeasureChange(Step& step) const;
  void RememberLogOdds(size_t layer, Step& step) const;
  void RememberSurprise(Step& step) const;
  void RememberResidual(const Step& step);
  void Judge(size_t layer, const Step& step);
  void ReportFrame(Step& step);
  void ReportDream(const Step& step);

  Network& network_;
  Memories& memories_;
  Negatives& negatives_;
  const Clock& clock_;
  PipelineObserver& observer_;
  RunSummary& summary_;
  LabelJudge label_judge_;
  NoveltyWatch novelty_watch_;
  std::vector<float> label_guess_;  // [classes]
  Planes encoded_, hurried_, recalled_, dreamed_, residual_;
  FrameReport frame_report_;
  DreamReport dream_report_;
};

}  // namespace hypnos

// What a step's label is predicted to be, before it is told; and the score of that.
// Shapes: both [classes].
// Threads: each call by the stage that it belongs to, one step after the other.
#pragma once

#include "hypnos/network/network.h"
#include "hypnos/pipeline/report.h"
#include "pipeline/step.h"

namespace hypnos {

class LabelJudge {
 public:
  // The network must outlive it.
  explicit LabelJudge(Network& network, const NetworkLabelOptions& options)
      : network_(network), options_(options) {}

  // The layer's stage, after the step of the layer that reads labels and before it learns.
  void JudgeByGoodness(size_t layer, Step& step, Executor& executor) const;
  // The read-out's stage: predicts, then learns.
  void JudgeByReadOut(Step& step) const;
  // The output's stage.
  void Report(const Step& step, FrameReport& report, LabelScores& scores) const;

 private:
  bool judges(const Step& step) const {
    return options_.classes > 0 && step.live() && step.last_of_frame && !step.kept_back;
  }

  Network& network_;
  NetworkLabelOptions options_;
};

}  // namespace hypnos

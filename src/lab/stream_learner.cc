#include "lab/stream_learner.h"

#include <utility>

namespace hypnos::lab {

StreamLearner::StreamLearner(Network network, const Options& options, const Rng& rng)
    : options_(options),
      network_(std::move(network)),
      dreamer_(network_.grid(), rng.Fork("dreams")),
      residuals_(options.residuals) {
  real_.layers.resize(network_.layer_count());
  dream_.layers.resize(network_.layer_count());
}

const std::vector<StepStatistics>& StreamLearner::Show(const Planes& frame, bool learn) {
  dreaming_ = learn && MayDream();
  if (!dreaming_) dreamed_ = 0;
  for (int hold = 0; hold < options_.steps_per_frame; ++hold) {
    // The dream first: when it forks it needs the other lane as it was a step ago.
    if (dreaming_) StepDream(hold);
    StepReal(frame, hold, learn);
    if (dreaming_) {
      for (size_t l = 0; l < network_.layer_count(); ++l) network_.FinishStep(l, executor_);
    }
    ReadOut(learn, hold);
  }
  if (dreaming_ && ++dreamed_ == options_.dream_frames) dreamed_ = 0;
  return real_.layers;
}

void StreamLearner::StepDream(int hold) {
  const bool fork = dreamed_ == 0 && hold == 0;
  if (hold == 0) {
    dreamer_.Imagine(network_.prediction(fork ? Lane::kReal : Lane::kDream), residuals_,
                     dreamed_frame_);
  }
  dream_.lane = Lane::kDream;
  dream_.number = ++dream_ticks_;
  dream_.start = fork ? TickStart::kFork : TickStart::kContinue;
  dream_.fork_lane = Lane::kReal;
  dream_.fork_number = ticks_;
  dream_.phase = Phase::kNegative;
  dream_.age = dreamed_ * options_.steps_per_frame + hold;
  network_.SetInput(dream_, dreamed_frame_);
  for (size_t l = 0; l < network_.layer_count(); ++l) network_.StepLayer(l, dream_, executor_);
}

void StreamLearner::StepReal(const Planes& frame, int hold, bool learn) {
  real_.start = ticks_ == 0 ? TickStart::kReset : TickStart::kContinue;
  // A layer learns from both or from neither.
  real_.phase = dreaming_ ? Phase::kPositive : Phase::kLook;
  real_.age = dreaming_ ? dream_.age : ticks_;
  real_.compare = hold == 0 && ticks_ > 0;
  real_.learn_generator = learn;
  real_.predict = hold + 1 == options_.steps_per_frame;
  real_.number = ++ticks_;
  network_.SetInput(real_, frame);
  for (size_t l = 0; l < network_.layer_count(); ++l) network_.StepLayer(l, real_, executor_);
}

void StreamLearner::ReadOut(bool learn, int hold) {
  network_.Compare(real_, executor_);
  if (real_.compare && learn) {
    network_.grid().Average(network_.prediction_errors(), residual_);
    residuals_.Observe(residual_);
  }
  network_.Predict(real_, executor_);
  if (!dreaming_) return;
  dream_.predict = hold + 1 == options_.steps_per_frame;
  network_.Predict(dream_, executor_);
}

}  // namespace hypnos::lab

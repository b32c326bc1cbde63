// The pipeline once more, one thing after the other: it watches, remembers, and rehearses asleep,
// or learns from each frame and from a dream beside it.
// Memories and dreamer are the pipeline's own, so that the same is drawn; the network is not.
#pragma once

#include <algorithm>
#include <vector>

#include "hypnos/pipeline/pipeline.h"
#include "hypnos/replay/dreamer.h"
#include "hypnos/replay/sequence_memory.h"
#include "pipeline/reference_network.h"

namespace hypnos {

class ReferencePipeline {
 public:
  // `start`: the network as it is before the first frame; it must outlive this.
  ReferencePipeline(const PipelineOptions& options, const Network& start)
      : options_(options),
        grid_(start.grid()),
        network_(options.network, start),
        encoder_(VideoEncoder::Create(options.encoder).value()),
        schedule_(options.schedule),
        sequences_(
            {.capacity = options.memory.sequences,
             .frames = options.memory.context_frames + static_cast<size_t>(options.dream_steps)},
            Rng(options.seed).Fork("sequences")),
        errors_(options.memory.residuals),
        dreamer_(grid_, Rng(options.seed).Fork("dreams")),
        replay_rng_(Rng(options.seed).Fork("replay")) {}

  void Show(const Frame& frame) {
    if (frame.discontinuity != Discontinuity::kNone) age_ = 0;
    MayRemember();
    Planes planes;
    encoder_.Encode(frame, &planes);
    Tick tick = MakeTick(Lane::kReal, age_ == 0 ? TickStart::kReset : TickStart::kContinue,
                         interleaved() ? Phase::kLook : Phase::kPositive, age_);
    tick.compare = age_ > 0;
    tick.learn_generator = true;
    const auto x = Patches(planes);
    if (interleaved()) {
      ShowBesideDream(tick, x);
    } else {
      network_.StepLayers(tick, x);
      network_.FinishStep();
      network_.ReadOut(tick, x);
    }
    sequences_.Observe(planes);
    frames.push_back(tick);
    ++age_;
    if (interleaved() || !schedule_.OnStep()) return;
    network_.FallAsleep();
    while (schedule_.asleep()) Rehearse(sequences_.Draw(replay_rng_));
    network_.WakeUp();
  }

  const ReferenceNetwork& network() const { return network_; }

  // What came of the ticks.
  std::vector<Tick> frames, dreams;

 private:
  static Tick MakeTick(Lane lane, TickStart start, Phase phase, int64_t age) {
    Tick tick;
    tick.lane = lane;
    tick.start = start;
    tick.phase = phase;
    tick.age = age;
    return tick;
  }

  bool interleaved() const { return options_.network.learning.rule == LearningRule::kInterleaved; }

  // A dream leaves the real lane every dream_steps frames; the first one needs a guess and an
  // error.
  void ShowBesideDream(Tick& real, const ReferenceNetwork::Rows& x) {
    if (age_ == 0) errors_.Clear();
    const bool dreams_beside = age_ >= 2;
    const int64_t dream_age = (age_ - 2) % options_.dream_steps;
    Tick dream = MakeTick(Lane::kDream, dream_age == 0 ? TickStart::kFork : TickStart::kContinue,
                          Phase::kNegative, dream_age);
    dream.fork_lane = Lane::kReal;
    ReferenceNetwork::Rows dream_x;
    if (dreams_beside) {
      Planes dreamed;
      dreamer_.Imagine(network_.prediction(dream_age == 0 ? Lane::kReal : Lane::kDream), errors_,
                       dreamed);
      dream_x = Patches(dreamed);
      real.phase = Phase::kPositive;
      real.age = dream_age;  // a layer learns from both or from neither
      network_.StepLayers(dream, dream_x);
    }
    network_.StepLayers(real, x);
    network_.FinishStep();
    network_.ReadOut(real, x);
    if (real.compare) RememberError();
    if (!dreams_beside) return;
    network_.ReadOut(dream, dream_x);
    dreams.push_back(dream);
  }

  void RememberError() {
    Planes error;
    grid_.Average(network_.errors(), error);
    errors_.Observe(error);
  }

  void MayRemember() {
    if (age_ > 0 && until_remembered_ > 0 && --until_remembered_ > 0) return;
    until_remembered_ = std::max(options_.memory.interval_frames, sequences_.frames());
    NetworkState& before = sequences_.Begin();
    if (age_ == 0) {
      before.layers.clear();
    } else {
      network_.Save(Lane::kReal, before);
    }
  }

  // Brings the replay lane to the end of the context, then goes on with it and with a dream.
  void Rehearse(size_t sequence) {
    const size_t context = options_.memory.context_frames;
    errors_.Clear();
    network_.Restore(Lane::kReplay, sequences_.StateBefore(sequence));
    for (size_t frame = 0; frame < context; ++frame) {
      Tick tick = MakeTick(Lane::kReplay, TickStart::kContinue, Phase::kLook, 0);
      const auto x = Remembered(sequence, frame);
      network_.StepLayers(tick, x);
      ReadOutReplayed(tick, x, frame);
    }
    for (int64_t frame = 0; frame < options_.dream_steps && schedule_.asleep(); ++frame) {
      DreamBeside(sequence, frame);
      schedule_.OnStep();
    }
  }

  void DreamBeside(size_t sequence, int64_t frame) {
    const bool first = frame == 0;
    Tick dream = MakeTick(Lane::kDream, first ? TickStart::kFork : TickStart::kContinue,
                          Phase::kNegative, frame);
    dream.fork_lane = Lane::kReplay;
    Planes dreamed;
    dreamer_.Imagine(network_.prediction(first ? Lane::kReplay : Lane::kDream), errors_, dreamed);
    Tick real = MakeTick(Lane::kReplay, TickStart::kContinue, Phase::kPositive, frame);
    const size_t number = options_.memory.context_frames + static_cast<size_t>(frame);
    const auto dream_x = Patches(dreamed), real_x = Remembered(sequence, number);
    network_.StepLayers(dream, dream_x);
    network_.StepLayers(real, real_x);
    network_.FinishStep();
    ReadOutReplayed(real, real_x, number);
    network_.ReadOut(dream, dream_x);
    dreams.push_back(dream);
  }

  void ReadOutReplayed(Tick& tick, const ReferenceNetwork::Rows& x, size_t frame) {
    tick.compare = frame > 0;
    network_.ReadOut(tick, x);
    if (tick.compare) RememberError();
  }

  ReferenceNetwork::Rows Remembered(size_t sequence, size_t frame) const {
    Planes planes;
    sequences_.Read(sequence, frame, planes);
    return Patches(planes);
  }

  ReferenceNetwork::Rows Patches(const Planes& planes) const {
    Matrix x(grid_.locations(), grid_.inputs());
    grid_.Gather(planes, x);
    ReferenceNetwork::Rows rows;
    for (size_t i = 0; i < x.rows(); ++i) rows.emplace_back(x.row(i).begin(), x.row(i).end());
    return rows;
  }

  PipelineOptions options_;
  const PatchGrid& grid_;
  ReferenceNetwork network_;
  VideoEncoder encoder_;
  WakeSleep schedule_;
  SequenceMemory sequences_;
  ResidualMemory errors_;
  Dreamer dreamer_;
  Rng replay_rng_;
  int64_t age_ = 0;
  size_t until_remembered_ = 0;
};

}  // namespace hypnos

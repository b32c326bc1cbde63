// The pipeline once more, one thing after the other: it watches, remembers, and rehearses asleep,
// or learns from each frame and from a dream, or another negative, beside it.
// Memories and what makes negatives are the pipeline's own, so that the same is drawn; the network
// is not, and when which negative is shown is said here once more.
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "hypnos/pipeline/pipeline.h"
#include "hypnos/replay/dreamer.h"
#include "hypnos/replay/negative_choice.h"
#include "hypnos/replay/negatives.h"
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
        encoder_(VideoEncoder::Create(std::get<VideoEncoderOptions>(options.encoder)).value()),
        schedule_(options.schedule),
        sequences_(
            {.capacity = options.memory.sequences,
             .frames = options.memory.context_frames + static_cast<size_t>(options.dream_steps)},
            Rng(options.seed).Fork("sequences")),
        errors_(options.memory.residuals),
        dreamer_(grid_, Rng(options.seed).Fork("dreams")),
        negatives_(grid_,
                   {.frames = options.dream_steps,
                    .hold_frames = static_cast<int64_t>(options.network.layers.size()),
                    .context_frames = options.memory.context_frames,
                    .classes = options.network.labels.classes},
                   Rng(options.seed).Fork("dreams")),
        choice_(options.negatives, Rng(options.seed).Fork("negatives")),
        replay_rng_(Rng(options.seed).Fork("replay")),
        read_out_(options.network.labels.classes, Widths(options),
                  options.network.labels.read_out_rate) {}

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
    label_ = frame.label;
    if (interleaved()) {
      ShowBesideDream(tick, x);
    } else {
      JudgeLabel(tick, x);
      network_.StepLayers(tick, x);
      network_.FinishStep();
      network_.ReadOut(tick, x);
    }
    ReadOutLabel();
    sequences_.Observe(planes, frame.label);
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
  std::vector<NegativeKind> kinds;  // of dreams
  // Of each frame, by the layer that reads labels and by the read-out.
  std::vector<std::vector<double>> label_log_odds;
  std::vector<std::vector<float>> label_probabilities;

 private:
  static Tick MakeTick(Lane lane, TickStart start, Phase phase, int64_t age) {
    Tick tick;
    tick.lane = lane;
    tick.start = start;
    tick.phase = phase;
    tick.age = age;
    return tick;
  }

  static std::vector<size_t> Widths(const PipelineOptions& options) {
    std::vector<size_t> widths;
    for (const auto& layer : options.network.layers) widths.push_back(layer.layer.units);
    return widths;
  }

  // The lane that is guessed from has no label.
  void JudgeLabel(const Tick& tick, const ReferenceNetwork::Rows& x) {
    if (options_.network.labels.shown) label_log_odds.push_back(network_.JudgeLabels(tick, x));
  }

  std::vector<float> GuessLabel(Lane lane) {
    const std::vector<Matrix> outputs = network_.outputs(lane);
    std::vector<float> guess(read_out_.classes());
    read_out_.Predict(std::vector<ConstMatrixView>(outputs.begin(), outputs.end()), guess);
    return guess;
  }

  // Tests, then trains.
  void ReadOutLabel() {
    if (read_out_.classes() == 0) return;
    label_probabilities.push_back(GuessLabel(Lane::kReal));
    const std::vector<Matrix> outputs = network_.outputs(Lane::kReal);
    if (label_) {
      read_out_.Learn(std::vector<ConstMatrixView>(outputs.begin(), outputs.end()), *label_);
    }
  }

  // A tick with a wrong label for what is real, at the sequence's frame; and the right one for
  // another.
  void ShowLabels(int64_t frame, std::optional<size_t> truth, Tick& wrong, Tick& right) {
    if (frame == 0) {
      const bool guesses = kind_ == NegativeKind::kPredictedLabel;
      negatives_.wrong_labels().Begin(guesses ? GuessLabel(wrong.fork_lane) : std::vector<float>());
    }
    wrong.label = negatives_.wrong_labels().Next(truth);
    right.label = truth;
    wrong.label_is_new = right.label_is_new = true;
  }

  bool interleaved() const { return options_.network.learning.rule == LearningRule::kInterleaved; }

  // A dream leaves the real lane every dream_steps frames; the first one needs a guess and an
  // error.
  void ShowBesideDream(Tick& real, const ReferenceNetwork::Rows& x) {
    if (age_ == 0) errors_.Clear();
    const bool dreams_beside = age_ >= 2;
    if (age_ == 2 || (IsWrongLabel(kind_) && !label_)) beside_ = 0;
    const int64_t frame = beside_ % options_.dream_steps;
    if (dreams_beside) ++beside_;
    Tick dream;
    ReferenceNetwork::Rows dream_x;
    if (dreams_beside) {
      if (frame == 0) kind_ = choice_.Draw(sequences_.size(), label_.has_value());
      dream = NegativeTick(Lane::kReal, frame);
      if (IsWrongLabel(kind_)) {
        kinds.push_back(kind_);
        dream_x = x;
        // What is real, with its label, leaves the stream together with it.
        Tick labelled = dream;
        labelled.lane = Lane::kReplay;
        labelled.phase = Phase::kPositive;
        ShowLabels(frame, label_, dream, labelled);
        network_.StepLayers(dream, x);
        network_.StepLayers(labelled, x);
      } else {
        dream_x = Imagined(dream, {}, frame);
        real.phase = Phase::kPositive;
        real.age = dream.age;  // a layer learns from both or from neither
        network_.StepLayers(dream, dream_x);
      }
    }
    JudgeLabel(real, x);
    network_.StepLayers(real, x);
    network_.FinishStep();
    network_.ReadOut(real, x);
    if (real.compare) RememberError();
    if (!dreams_beside) return;
    network_.ReadOut(dream, dream_x);
    dreams.push_back(dream);
  }

  // Frame `frame` of a sequence of kind_. A one-step sample is held until it is at the top, and
  // another begins where as much of the sequence is left.
  Tick NegativeTick(Lane follows, int64_t frame) const {
    const int64_t hold = static_cast<int64_t>(options_.network.layers.size());
    int64_t age = frame;
    while (kind_ == NegativeKind::kOneStep && age >= hold &&
           frame - age + 2 * hold <= options_.dream_steps) {
      age -= hold;
    }
    Tick tick = MakeTick(Lane::kDream, age == 0 ? TickStart::kFork : TickStart::kContinue,
                         Phase::kNegative, age);
    tick.fork_lane = follows;
    return tick;
  }

  ReferenceNetwork::Rows Imagined(const Tick& tick, std::optional<size_t> context, int64_t frame) {
    const Lane follows = tick.start == TickStart::kFork ? tick.fork_lane : Lane::kDream;
    kinds.push_back(kind_);
    Planes planes;
    if (kind_ == NegativeKind::kDream) {
      dreamer_.Imagine(network_.prediction(follows), errors_, planes);
    } else {
      const Matrix prediction = network_.prediction(follows);
      negatives_[kind_].Next({sequences_, context, prediction, errors_}, frame, planes);
    }
    return Patches(planes);
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
    kind_ = choice_.Draw(sequences_.size(), sequences_.Label(sequence, context).has_value());
    for (int64_t frame = 0; frame < options_.dream_steps && schedule_.asleep(); ++frame) {
      const bool told =
          sequences_.Label(sequence, context + static_cast<size_t>(frame)).has_value();
      if (IsWrongLabel(kind_) && !told) return;
      DreamBeside(sequence, frame);
      schedule_.OnStep();
    }
  }

  void DreamBeside(size_t sequence, int64_t frame) {
    Tick dream = NegativeTick(Lane::kReplay, frame);
    Tick real = MakeTick(Lane::kReplay, TickStart::kContinue, Phase::kPositive, dream.age);
    const size_t number = options_.memory.context_frames + static_cast<size_t>(frame);
    const auto real_x = Remembered(sequence, number);
    auto dream_x = real_x;
    if (IsWrongLabel(kind_)) {
      kinds.push_back(kind_);
      ShowLabels(frame, sequences_.Label(sequence, number), dream, real);
    } else {
      dream_x = Imagined(dream, sequence, frame);
    }
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
  Negatives negatives_;
  NegativeChoice choice_;
  NegativeKind kind_ = NegativeKind::kDream;
  Rng replay_rng_;
  LabelReadOut read_out_;
  std::optional<size_t> label_;
  int64_t age_ = 0;
  int64_t beside_ = 0;  // frames of negatives beside the stream, since a cut
  size_t until_remembered_ = 0;
};

}  // namespace hypnos

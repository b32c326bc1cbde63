#include "pipeline/stages.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "pipeline/stream.h"

namespace hypnos {
namespace {

// Adds the time of its own life to a total.
class Stopwatch {
 public:
  Stopwatch(const Clock& clock, Duration& total)
      : clock_(clock), total_(total), begin_(clock.Now()) {}
  ~Stopwatch() { total_ += clock_.Now() - begin_; }
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

 private:
  const Clock& clock_;
  Duration& total_;
  Instant begin_;
};

// From the step on at which it has reached the layer.
void CountNegative(const Network& network, const Step& step, NegativeTally& tally) {
  ++tally.steps;
  tally.probability.resize(step.dream.layers.size());
  for (size_t l = 0; l < step.dream.layers.size(); ++l) {
    const StepStatistics& layer = step.dream.layers[l];
    if (network.Reached(step.dream, l) && layer.finite) {
      tally.probability[l].Add(layer.probability);
    }
  }
}

}  // namespace

Stages::Stages(Network& network, Memories& memories, Negatives& negatives,
               const PipelineOptions& options, const Clock& clock, PipelineObserver& observer,
               RunSummary& summary)
    : network_(network),
      memories_(memories),
      negatives_(negatives),
      clock_(clock),
      observer_(observer),
      summary_(summary),
      label_judge_(network, options.network.labels),
      novelty_watch_(options.novelty.value_or(PipelineNovelty()).by, options.encoder,
                     options.steps_per_frame, observer),
      label_guess_(options.network.labels.classes) {
  summary_.stages.layers.resize(network.layer_count());
  summary_.held_out.resize(network.layer_count());
}

void Stages::Encode(Step& step) {
  const Stopwatch watch(clock_, summary_.stages.encode);
  step.begun = clock_.Now();
  // Before the frame is remembered, so that what is recalled does not hang on it.
  if (step.recalls_negative()) MakeNegative(step, {}, recalled_);
  if (step.has_real) EncodeReal(step);
  if (step.hurries_negative()) HurryNegative(step);
}

void Stages::EncodeReal(Step& step) {
  // Here, for layers fill in each its own at the same time.
  step.places.log_odds.resize(network_.layer_count());
  if (!step.first_of_frame) return network_.HoldInput(step.real);
  if (!step.live()) {
    memories_.sequences.Read(step.replayed.sequence, step.replayed.frame, encoded_);
    return network_.SetInput(step.real, encoded_);
  }
  step.resized = step.stream->encoder->Encode(step.frame, &encoded_).resized;
  network_.SetInput(step.real, encoded_);
  MeasureChange(step);
  step.places.row.clear();
  if (!step.frame.readings.values.empty()) {
    step.places.row.assign(encoded_.values().begin(), encoded_.values().end());
  }
  // Frames that are not to be learned from are not dreamed from either: they stay fair to be judged
  // on.
  const size_t place = step.stream->place;
  if (step.remember) memories_.sequences.Observe(encoded_, step.label, place, step.recalled);
  if (step.learn) memories_.probes.Observe(encoded_, {}, place);
}

void Stages::MeasureChange(Step& step) const {
  const PatchGrid& grid = network_.grid();
  const std::span<const float> changes = step.stream->encoder->changes();
  PlaceFigures& places = step.places;
  places.rows = grid.rows();
  places.columns = grid.columns();
  places.change.resize(changes.empty() ? 0 : grid.locations());
  if (!changes.empty()) grid.Means(changes, places.change);
}

// While the layer is at this step: the next one overwrites what it says.
void Stages::RememberLogOdds(size_t layer, Step& step) const {
  const std::span<const float> goodness = network_.goodness(step.real.lane, layer);
  std::vector<float>& log_odds = step.places.log_odds[layer];
  log_odds.resize(goodness.size());
  std::ranges::transform(goodness, log_odds.begin(),
                         [&](float of) { return network_.layer(layer).LogOdds(of); });
}

ResidualMemory& Stages::ResidualsOf(const Step& step) const {
  if (step.asleep) return memories_.replay_residuals;
  return step.learn ? step.stream->residuals : step.stream->held_out_residuals;
}

void Stages::Imagine(Step& step) {
  const Stopwatch watch(clock_, summary_.stages.imagine);
  if (step.imagines_negative()) {
    MakeNegative(step, network_.prediction(step.dream_follows), dreamed_);
  }
  if (step.mislabels_negative()) MislabelNegative(step);
}

// What stands in `encoded_` is the real frame of this step.
void Stages::HurryNegative(Step& step) {
  if (!step.first_of_frame) return network_.HoldInput(step.dream);
  hurried_ = encoded_;
  step.stream->encoder->EncodeHurried(step.negative.pace, &hurried_);
  network_.SetInput(step.dream, hurried_);
}

// The real input once more, with a wrong label; beside the stream also with the right one.
void Stages::MislabelNegative(Step& step) {
  WrongLabels& wrong = negatives_.wrong_labels();
  if (step.first_of_frame && step.negative.frame == 0) {
    const bool guesses = step.guesses_label();
    if (guesses) {
      network_.PredictLabel(step.dream.fork_lane, step.dream.fork_number, label_guess_);
    }
    wrong.Begin(guesses ? std::span<const float>(label_guess_) : std::span<const float>());
  }
  step.dream.label = wrong.Next(step.label);
  network_.CopyInput(step.dream, step.real);
  if (step.has_labelled) network_.CopyInput(step.labelled, step.real);
}

void Stages::MakeNegative(Step& step, ConstMatrixView prediction, Planes& frame) {
  if (!step.first_of_frame) return network_.HoldInput(step.dream);
  const NegativeFrame& negative = step.negative;
  negatives_[negative.kind].Next(
      {memories_.sequences, negative.context, prediction, ResidualsOf(step)}, negative.frame,
      frame);
  network_.SetInput(step.dream, frame);
}

void Stages::SendLayer(size_t layer, const Step& step, std::function<void()> answered) {
  std::array<const Tick*, kLanes> ticks{};
  size_t count = 0;
  if (step.has_dream) ticks[count++] = &step.dream;
  if (step.has_labelled) ticks[count++] = &step.labelled;
  if (step.has_real) ticks[count++] = &step.real;
  network_.SendLayer(layer, std::span(ticks).first(count), step.learns(), std::move(answered));
}

void Stages::RunLayer(size_t layer, Step& step, Executor& executor) {
  const Stopwatch watch(clock_, summary_.stages.layers[layer]);
  // What forks first: it needs the other lane as it was a step ago.
  if (step.has_dream) network_.StepLayer(layer, step.dream, executor);
  if (step.has_labelled) network_.StepLayer(layer, step.labelled, executor);
  if (step.has_real) network_.StepLayer(layer, step.real, executor);
  if (step.live() && step.last_of_frame) RememberLogOdds(layer, step);
  label_judge_.JudgeByGoodness(layer, step, executor);
  if (step.learns()) network_.FinishStep(layer, executor);
  if (step.judged) Judge(layer, step);
}

void Stages::Judge(size_t layer, const Step& step) {
  RealOrDream& told = summary_.held_out[layer];
  if (step.judged_anew) told = {};
  // From the step on at which the dream has reached this layer.
  if (step.dream.age < static_cast<int64_t>(layer)) return;
  told.Count(network_.goodness(step.real.lane, layer), network_.goodness(step.dream.lane, layer));
}

void Stages::ReadOut(Step& step, Executor& executor) {
  const Stopwatch watch(clock_, summary_.stages.read_out);
  if (step.has_real) {
    // Errors of another scene would give a dream of this one away.
    if (step.live() && step.real.start == TickStart::kReset) {
      step.stream->residuals.Clear();
      step.stream->held_out_residuals.Clear();
    }
    network_.Compare(step.real, executor);
    if (step.live() && step.first_of_frame) RememberSurprise(step);
    if (step.real.compare && !step.kept_back) RememberResidual(step);
    network_.Predict(step.real, executor);
    label_judge_.JudgeByReadOut(step);
  }
  if (step.has_dream) network_.Predict(step.dream, executor);
}

// Here, for the next step may be of another stream, or asleep.
void Stages::RememberSurprise(Step& step) const {
  std::vector<float>& surprise = step.stream->surprise;
  surprise.clear();
  if (step.real.compare) {
    const auto errors = network_.prediction_row_errors();
    surprise.assign(errors.begin(), errors.end());
  }
  step.places.prediction_error = surprise;
  step.places.row_error.clear();
  if (step.real.compare && !step.places.row.empty()) {
    const auto error = network_.prediction_errors().row(0);
    step.places.row_error.assign(error.begin(), error.end());
  }
}

void Stages::RememberResidual(const Step& step) {
  network_.grid().Average(network_.prediction_errors(), residual_);
  ResidualsOf(step).Observe(residual_);
}

void Stages::Output(Step& step) {
  const Stopwatch watch(clock_, summary_.stages.output);
  if (step.live()) ReportFrame(step);
  if (step.has_dream && step.dream.phase != Phase::kLook) ReportDream(step);
  observer_.OnStep({.asleep = step.asleep, .took = clock_.Now() - step.begun});
}

void Stages::ReportFrame(Step& step) {
  FrameReport& report = frame_report_;
  if (step.first_of_frame) {
    report.source = step.stream->name;
    report.clip = std::move(step.frame.clip);
    report.index = step.frame.index;
    report.presentation_time = step.frame.presentation_time;
    report.captured = step.frame.captured;
    report.discontinuity = step.frame.discontinuity;
    report.learn = step.real.learn_generator;
    report.kept_back = step.kept_back;
    report.asleep = step.seen_asleep;
    report.resized = step.resized;
    report.symbols = step.frame.symbols.size();
    report.places.rows = step.places.rows;
    report.places.columns = step.places.columns;
    // Each gets the other's storage.
    std::swap(report.image, step.frame.image);
    std::swap(report.places.prediction_error, step.places.prediction_error);
    std::swap(report.places.change, step.places.change);
    std::swap(report.places.readings, step.frame.readings.values);
    report.places.when = step.frame.readings.when;
    std::swap(report.places.row, step.places.row);
    std::swap(report.places.row_error, step.places.row_error);
    report.prediction_error.reset();
    if (step.real.compare) report.prediction_error = step.real.prediction_error;
  }
  if (!step.last_of_frame) return;
  report.layers = step.real.layers;
  std::swap(report.places.log_odds, step.places.log_odds);
  report.novelty.reset();
  if (step.stream->novelty != nullptr) {
    novelty_watch_.Watch(*step.stream->novelty, step.stream->series.get(), report);
  }
  report.phase = step.phase;
  label_judge_.Report(step, report, summary_.labels);
  ++summary_.frames;
  if (step.learns()) ++summary_.learned_frames;
  observer_.OnFrame(report);
}

void Stages::ReportDream(const Step& step) {
  dream_report_.kind = step.negative.kind;
  dream_report_.step = step.dream_step;
  dream_report_.layers = step.dream.layers;
  dream_report_.phase = step.phase;
  ++summary_.dream_steps;
  CountNegative(network_, step, summary_.negatives[static_cast<size_t>(step.negative.kind)]);
  observer_.OnDream(dream_report_);
}

}  // namespace hypnos

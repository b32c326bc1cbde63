#include "hypnos/pipeline/pipeline.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <new>
#include <optional>
#include <thread>
#include <utility>

#include "hypnos/base/format.h"
#include "pipeline/command_box.h"
#include "pipeline/flow.h"

namespace hypnos {
namespace {

int Threads(int asked) {
  if (asked > 0) return asked;
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

// What really followed a context is needed to be rehearsed, and to make negatives of.
SequenceMemoryOptions DreamMemory(const PipelineOptions& options) {
  const bool goes_on =
      options.network.learning.rule == LearningRule::kRehearsed || options.negatives.recall();
  const size_t continuation = goes_on ? static_cast<size_t>(options.dream_steps) : 0;
  return {options.memory.sequences, options.memory.context_frames + continuation};
}

NegativeOptions SequencesOf(const PipelineOptions& options) {
  const auto layers = static_cast<int64_t>(options.network.layers.size());
  const int64_t steps = options.steps_per_frame;
  return {.frames = options.dream_steps,
          .hold_frames = std::max<int64_t>(1, (layers + steps - 1) / steps),
          .context_frames = options.memory.context_frames};
}

// The encoder does not know its size before the first frame, where none is configured.
PlaneShape ShapeOf(const VideoEncoder& encoder, const Frame& first) {
  PlaneShape shape = encoder.shape();
  if (shape.width == 0) shape.width = first.image.width();
  if (shape.height == 0) shape.height = first.image.height();
  return shape;
}

}  // namespace

// Decides what the next step is. Owns everything that lasts over steps.
class Pipeline::Driver final : public PipelineControl {
 public:
  Driver(const PipelineOptions& options, const Clock& clock, PipelineObserver& observer)
      : options_(options),
        clock_(clock),
        observer_(observer),
        rng_(options.seed),
        schedule_(options.schedule),
        replay_rng_(rng_.Fork("replay")),
        choice_(options.negatives, rng_.Fork("negatives")),
        memories_{SequenceMemory(DreamMemory(options), rng_.Fork("sequences")),
                  ResidualMemory(options.memory.residuals),
                  ResidualMemory(options.memory.residuals),
                  ResidualMemory(options.memory.residuals)} {}

  Result<RunSummary> Run(FrameQueue& queue);
  void Stop() { stopped_ = true; }
  void Post(PipelineCommand command) { commands_.Post(std::move(command), *this); }
  const RunSummary& summary() const { return summary_; }
  const Network* network() const { return network_ ? &*network_ : nullptr; }

  PipelinePhase phase() const override;
  Result<bool> SetLearning(bool on) override;
  Result<bool> SleepNow(uint64_t steps) override;
  bool WakeNow() override;
  bool WakeAfterDream() override;
  Result<Look> TakeLook(const LookParts& parts) override;

 private:
  Result<RunSummary> RunGuarded(FrameQueue& queue);
  Status MaySleep() const;
  Result<Look> CopyLook(const LookParts& parts);
  void LookAtPicture(Look& look) const;
  void LookAtResiduals(Look& look) const;
  // Nothing: a command came instead of a frame.
  Result<std::optional<FrameOrEnd>> NextFrame(FrameQueue& queue);
  Result<RunSummary> WatchToTheEnd(FrameQueue& queue);
  Status Prepare(const Frame& first);
  Status Watch(FrameQueue& queue, Frame first);
  void ShowFrame(Frame frame);
  void MayRemember();
  void CountRemembered();
  void SubmitRealStep(Frame* first, int hold, bool learn);
  void LearnInterleaved(Step& step);
  void JudgeBesideDream(Step& step);
  enum class Purpose { kLearn, kJudge };
  bool AddNegativeBeside(Step& step, Purpose purpose);
  void Sleep();
  void Recall(size_t sequence);
  void Dream(size_t sequence);
  void SubmitReplayStep(size_t sequence, size_t frame, int hold);
  void SubmitDreamStep(size_t sequence, int64_t frame, int hold);
  void FillReplay(Step& step, size_t sequence, size_t frame, int hold);
  void FillNegative(Step& step, Lane follows, int64_t fork_number, int64_t frame, int hold);
  PhasePosition PositionAfter(uint64_t steps) const;
  void SwitchPhase();
  void Finish(Instant begin);

  bool interleaved() const { return options_.network.learning.rule == LearningRule::kInterleaved; }
  bool rehearses() const { return options_.network.learning.rule == LearningRule::kRehearsed; }
  // Whether real frames and dreams have phases of their own.
  bool has_phases() const {
    const LearningRule rule = options_.network.learning.rule;
    return rehearses() || rule == LearningRule::kDeferredContrast ||
           rule == LearningRule::kCarriedVelocity;
  }

  PipelineOptions options_;
  const Clock& clock_;
  PipelineObserver& observer_;
  Rng rng_;
  WakeSleep schedule_;
  Rng replay_rng_;
  NegativeChoice choice_;
  Memories memories_;
  std::optional<VideoEncoder> encoder_;
  std::optional<Network> network_;
  std::optional<Negatives> negatives_;
  std::optional<Stages> stages_;
  std::optional<Flow> flow_;
  SerialExecutor between_phases_;
  std::atomic<bool> stopped_ = false;
  RunSummary summary_;

  CommandBox commands_;
  bool ended_ = false;
  bool learning_on_ = true;
  bool switched_ = false;  // learning, since the last frame
  bool wake_after_dream_ = false;
  std::string last_clip_;
  int64_t last_frame_ = 0;
  // What the generator compared last was a real frame, and not one that is replayed.
  bool compared_real_ = false;

  // Ticks of each lane.
  int64_t real_ticks_ = 0;
  int64_t replay_ticks_ = 0;
  int64_t dream_ticks_ = 0;
  int64_t real_age_ = 0;      // ticks since the last discontinuity
  int64_t beside_ticks_ = 0;  // of negatives beside the real stream since the last cut
  // Of the negative sequence under way.
  NegativeKind negative_kind_ = NegativeKind::kDream;
  std::optional<size_t> negative_context_;
  bool held_out_since_learning_ = false;
  size_t until_remembered_ = 0;  // frames until the next sequence begins
  // What the memory will hold once the steps under way have been encoded. It is counted here too,
  // since what is decided now must not hang on how far they have come.
  size_t remembered_ = 0;
  size_t until_whole_ =
      0;  // frames until the sequence that is being collected is whole; 0: none is
};

Result<RunSummary> Pipeline::Driver::Run(FrameQueue& queue) {
  const Instant begin = clock_.Now();
  commands_.Open(queue);
  auto result = RunGuarded(queue);
  // Of an error it may not be the last one to hear: other stages are still at work.
  if (flow_) flow_->Settle();
  if (!result.ok()) Finish(begin);
  ended_ = true;
  commands_.Close(*this);
  return result;
}

Result<RunSummary> Pipeline::Driver::RunGuarded(FrameQueue& queue) try {
  return WatchToTheEnd(queue);
} catch (const std::bad_alloc&) {
  return Error{Code::kResourceExhausted, "OUT_OF_MEMORY",
               "the network and what it remembers do not fit into memory: choose fewer units in "
               "network.layers, a smaller frame in encoding.width and height, or fewer "
               "memory.sequences"};
} catch (const std::exception& e) {
  return Error{Code::kInternal, "PIPELINE", Format("a stage of the pipeline failed: {}", e.what())};
}

Status Pipeline::Driver::Prepare(const Frame& first) {
  HYPNOS_ASSIGN_OR_RETURN(VideoEncoder encoder, VideoEncoder::Create(options_.encoder));
  encoder_.emplace(std::move(encoder));
  const PlaneShape shape = ShapeOf(*encoder_, first);
  // One slot more than steps under way: the read-out needs the tick before its own.
  const size_t in_flight = std::max<size_t>(1, options_.frames_in_flight);
  HYPNOS_ASSIGN_OR_RETURN(Network network, Network::Create(options_.network, shape, in_flight + 1,
                                                           rng_.Fork("network")));
  network_.emplace(std::move(network));
  negatives_.emplace(network_->grid(), SequencesOf(options_), rng_.Fork("dreams"));
  stages_.emplace(*encoder_, *network_, memories_, *negatives_, clock_, observer_, summary_);
  flow_.emplace(*stages_, network_->layer_count(), Threads(options_.threads), in_flight);
  return {};
}

Result<RunSummary> Pipeline::Driver::WatchToTheEnd(FrameQueue& queue) {
  const Instant begin = clock_.Now();
  std::optional<FrameOrEnd> first;
  while (!first) {
    HYPNOS_ASSIGN_OR_RETURN(first, NextFrame(queue));
  }
  if (std::holds_alternative<EndOfStream>(*first)) {
    if (stopped_) return summary_;
    return Error{Code::kNotFound, "NO_FRAMES", "the source ended before its first frame"};
  }
  HYPNOS_RETURN_IF_ERROR(Prepare(std::get<Frame>(*first)));
  const Status watched = Watch(queue, std::get<Frame>(*std::move(first)));
  flow_->Drain();
  Finish(begin);
  if (!watched.ok()) return watched.error();
  return summary_;
}

Status Pipeline::Driver::Watch(FrameQueue& queue, Frame first) {
  ShowFrame(std::move(first));
  while (!stopped_) {
    if (schedule_.asleep()) Sleep();
    if (stopped_) break;
    HYPNOS_ASSIGN_OR_RETURN(std::optional<FrameOrEnd> next, NextFrame(queue));
    if (!next) continue;
    if (std::holds_alternative<EndOfStream>(*next)) break;
    ShowFrame(std::get<Frame>(*std::move(next)));
  }
  return {};
}

Result<std::optional<FrameOrEnd>> Pipeline::Driver::NextFrame(FrameQueue& queue) {
  auto next = queue.PopUnlessNudged();
  if (!next) {
    commands_.RunAll(*this);
    return std::optional<FrameOrEnd>();
  }
  if (!next->ok()) return next->error();
  return std::optional<FrameOrEnd>(std::move(*next).value());
}

void Pipeline::Driver::ShowFrame(Frame frame) {
  last_clip_ = frame.clip;
  last_frame_ = frame.index;
  if (std::exchange(switched_, false)) {
    frame.discontinuity = Stronger(frame.discontinuity, Discontinuity::kSwitch);
  }
  frame.learn = frame.learn && learning_on_;
  if (frame.discontinuity != Discontinuity::kNone) real_age_ = 0;
  const bool learn = frame.learn;
  if (learn) MayRemember();
  for (int hold = 0; hold < options_.steps_per_frame; ++hold) {
    SubmitRealStep(hold == 0 ? &frame : nullptr, hold, learn);
  }
}

// Every so many frames, and after every cut, a sequence begins.
void Pipeline::Driver::MayRemember() {
  if (real_age_ > 0 && until_remembered_ > 0 && --until_remembered_ > 0) return;
  until_remembered_ = std::max(options_.memory.interval_frames, memories_.sequences.frames());
  flow_->Drain();
  NetworkState& before = memories_.sequences.Begin();
  until_whole_ = memories_.sequences.frames();
  before.at_rest = real_age_ == 0;
  if (!before.at_rest) network_->Save(Lane::kReal, before);
}

// `first`: the frame, for its first step.
void Pipeline::Driver::SubmitRealStep(Frame* first, int hold, bool learn) {
  Step& step = flow_->NextStep();
  step.has_real = true;
  step.has_dream = false;
  step.asleep = false;
  step.first_of_frame = first != nullptr;
  step.last_of_frame = hold + 1 == options_.steps_per_frame;
  step.learn = learn;
  if (first != nullptr) step.frame = std::move(*first);

  Tick& tick = step.real;
  tick.lane = Lane::kReal;
  tick.number = ++real_ticks_;
  tick.start = real_age_ == 0 ? TickStart::kReset : TickStart::kContinue;
  tick.age = real_age_;
  tick.phase = learn && has_phases() ? Phase::kPositive : Phase::kLook;
  tick.compare = step.first_of_frame && real_age_ > 0;
  if (step.first_of_frame) compared_real_ = tick.compare;
  tick.learn_generator = learn && options_.network.learning.rule != LearningRule::kLooking;
  tick.predict = step.last_of_frame;
  step.judged = step.judged_anew = false;
  if (learn) {
    held_out_since_learning_ = false;
    if (interleaved()) LearnInterleaved(step);
  } else {
    JudgeBesideDream(step);
  }
  ++real_age_;
  step.phase = PositionAfter(learn ? 1 : 0);
  flow_->Submit();
  if (learn && step.first_of_frame) CountRemembered();
  // Where nothing is remembered (every clip was shorter than a sequence) there is nothing to dream
  // of: it stays awake until there is. And a frame that is held is held to its end.
  const bool may_sleep = remembered_ > 0 && step.last_of_frame;
  if (has_phases() && learn && schedule_.OnStep(may_sleep)) SwitchPhase();
}

void Pipeline::Driver::CountRemembered() {
  if (until_whole_ == 0 || --until_whole_ > 0) return;
  remembered_ = std::min(remembered_ + 1, options_.memory.sequences);
}

// Every dream_steps frames a negative sequence leaves the real stream, and then runs beside it.
// Returns false where that is not possible yet: the first fork of a clip needs a prediction and
// a residual: two frames.
bool Pipeline::Driver::AddNegativeBeside(Step& step, Purpose purpose) {
  if (real_age_ < 2 * options_.steps_per_frame) {
    beside_ticks_ = 0;
    return false;
  }
  // What is judged is told from dreams.
  const bool judge = purpose == Purpose::kJudge;
  if (judge && negative_kind_ != NegativeKind::kDream) beside_ticks_ = 0;
  const int64_t frame = beside_ticks_ / options_.steps_per_frame % options_.dream_steps;
  const int hold = static_cast<int>(beside_ticks_++ % options_.steps_per_frame);
  if (frame == 0 && hold == 0) {
    negative_kind_ = judge ? NegativeKind::kDream : choice_.Draw(remembered_);
    negative_context_.reset();
  }
  FillNegative(step, Lane::kReal, step.real.number - 1, frame, hold);
  return true;
}

// A layer learns from both or from neither.
void Pipeline::Driver::LearnInterleaved(Step& step) {
  if (!AddNegativeBeside(step, Purpose::kLearn)) return;
  step.real.phase = Phase::kPositive;
  step.real.age = std::min(step.real.age, step.dream.age);
}

void Pipeline::Driver::JudgeBesideDream(Step& step) {
  if (!AddNegativeBeside(step, Purpose::kJudge)) return;
  step.dream.phase = Phase::kLook;
  step.judged = true;
  step.judged_anew = !std::exchange(held_out_since_learning_, true);
}

// Of the sequence under way.
void Pipeline::Driver::FillNegative(Step& step, Lane follows, int64_t fork_number, int64_t frame,
                                    int hold) {
  const int64_t beginning = (*negatives_)[negative_kind_].Beginning(frame);
  const bool fork = frame == beginning && hold == 0;
  step.has_dream = true;
  step.negative = {negative_kind_, frame, negative_context_};
  step.dream_follows = fork ? follows : Lane::kDream;
  Tick& dream = step.dream;
  dream.lane = Lane::kDream;
  dream.number = ++dream_ticks_;
  dream.start = fork ? TickStart::kFork : TickStart::kContinue;
  dream.fork_lane = follows;
  dream.fork_number = fork_number;
  dream.age = (frame - beginning) * options_.steps_per_frame + hold;
  dream.phase = Phase::kNegative;
  // Only a dream goes on with what is expected, and its last frame leads nowhere.
  dream.predict = negative_kind_ == NegativeKind::kDream && hold + 1 == options_.steps_per_frame &&
                  frame + 1 < options_.dream_steps;
  step.dream_step = dream.age;
}

// So many steps from now, in the present phase.
PhasePosition Pipeline::Driver::PositionAfter(uint64_t steps) const {
  if (!has_phases() || schedule_.length() == 0) return {};
  return {std::min(schedule_.step() + steps, schedule_.length()), schedule_.length()};
}

void Pipeline::Driver::SwitchPhase() {
  if (!ended_) flow_->Drain();
  PhaseReport report;
  report.asleep = schedule_.asleep();
  report.sleeps = schedule_.sleeps();
  report.phase = PositionAfter(0);
  if (report.asleep) {
    held_out_since_learning_ = false;
    network_->FallAsleep(between_phases_);
  } else {
    network_->WakeUp(between_phases_);
  }
  for (size_t l = 0; l < network_->layer_count(); ++l) {
    report.contrast.push_back(network_->layer(l).contrast());
  }
  summary_.sleeps = schedule_.sleeps();
  wake_after_dream_ = false;
  // The dream beside held-out frames was overwritten by those of the sleep.
  beside_ticks_ = 0;
  observer_.OnPhase(report);
}

void Pipeline::Driver::Sleep() {
  while (schedule_.asleep() && !stopped_) {
    const size_t sequence = memories_.sequences.Draw(replay_rng_);
    Recall(sequence);
    Dream(sequence);
    if (wake_after_dream_ && schedule_.asleep()) WakeNow();
  }
}

// Brings the replay lane to where the sequence's context ends, without learning.
void Pipeline::Driver::Recall(size_t sequence) {
  flow_->Drain();
  compared_real_ = false;
  memories_.replay_residuals.Clear();
  network_->Restore(Lane::kReplay, replay_ticks_, memories_.sequences.StateBefore(sequence));
  for (size_t frame = 0; frame < options_.memory.context_frames; ++frame) {
    commands_.RunAll(*this);
    if (!schedule_.asleep()) return;
    for (int hold = 0; hold < options_.steps_per_frame; ++hold) {
      SubmitReplayStep(sequence, frame, hold);
    }
  }
}

void Pipeline::Driver::Dream(size_t sequence) {
  negative_kind_ = choice_.Draw(remembered_);
  negative_context_ = sequence;
  for (int64_t frame = 0; frame < options_.dream_steps && !stopped_; ++frame) {
    commands_.RunAll(*this);
    if (!schedule_.asleep()) return;
    for (int hold = 0; hold < options_.steps_per_frame; ++hold) {
      SubmitDreamStep(sequence, frame, hold);
      if (schedule_.OnStep()) return SwitchPhase();
    }
  }
}

void Pipeline::Driver::SubmitReplayStep(size_t sequence, size_t frame, int hold) {
  Step& step = flow_->NextStep();
  step.has_dream = false;
  step.asleep = true;
  step.judged = false;
  FillReplay(step, sequence, frame, hold);
  flow_->Submit();
}

// A dream, or what stands for it, goes on; where sleep rehearses, so does what really came then.
void Pipeline::Driver::SubmitDreamStep(size_t sequence, int64_t frame, int hold) {
  Step& step = flow_->NextStep();
  step.has_real = false;
  step.asleep = true;
  step.judged = false;
  step.first_of_frame = hold == 0;
  step.last_of_frame = hold + 1 == options_.steps_per_frame;
  FillNegative(step, Lane::kReplay, replay_ticks_, frame, hold);
  if (rehearses()) {
    FillReplay(step, sequence, options_.memory.context_frames + static_cast<size_t>(frame), hold);
    step.real.phase = Phase::kPositive;
    // A layer learns from both or from neither.
    step.real.age = step.dream.age;
  }
  step.phase = PositionAfter(1);
  flow_->Submit();
}

void Pipeline::Driver::FillReplay(Step& step, size_t sequence, size_t frame, int hold) {
  step.has_real = true;
  step.learn = false;
  step.first_of_frame = hold == 0;
  step.last_of_frame = hold + 1 == options_.steps_per_frame;
  step.replayed = {sequence, frame};
  Tick& tick = step.real;
  tick.lane = Lane::kReplay;
  tick.number = ++replay_ticks_;
  tick.start = TickStart::kContinue;
  tick.age = 0;
  tick.phase = Phase::kLook;
  tick.compare = step.first_of_frame && frame > 0;
  tick.learn_generator = false;
  tick.predict = step.last_of_frame;
}

PipelinePhase Pipeline::Driver::phase() const {
  return {schedule_.asleep(), PositionAfter(0), schedule_.sleeps()};
}

Result<bool> Pipeline::Driver::SetLearning(bool on) {
  if (on == learning_on_) return false;
  if (on && options_.network.learning.rule == LearningRule::kLooking) {
    return Error{Code::kFailedPrecondition, "RULE_ONLY_LOOKS",
                 "learning.rule is `looking`, which learns nothing: configure another"};
  }
  // What is under way still learns.
  if (flow_ && !ended_) flow_->Drain();
  if (!on) WakeNow();
  learning_on_ = on;
  switched_ = true;
  return true;
}

Status Pipeline::Driver::MaySleep() const {
  const auto no = [](const char* reason, const char* sentence) {
    return Error{Code::kFailedPrecondition, reason, sentence};
  };
  if (!has_phases()) return no("RULE_NEVER_SLEEPS", "learning.rule is one that never sleeps");
  if (ended_) return no("ENDED", "the sources have ended, and nothing runs that could sleep");
  if (!network_) return no("NO_NETWORK", "no frame has come yet, so there is no network");
  if (!learning_on_) return no("LEARNING_IS_OFF", "learning is switched off; switch it on first");
  if (remembered_ == 0) {
    return no("NOTHING_REMEMBERED", "nothing is remembered yet that could be dreamed of");
  }
  return {};
}

Result<bool> Pipeline::Driver::SleepNow(uint64_t steps) {
  HYPNOS_RETURN_IF_ERROR(MaySleep());
  if (schedule_.asleep()) return false;
  schedule_.SleepNow(steps);
  SwitchPhase();
  return true;
}

bool Pipeline::Driver::WakeNow() {
  if (!schedule_.asleep()) return false;
  schedule_.WakeNow();
  SwitchPhase();
  return true;
}

bool Pipeline::Driver::WakeAfterDream() {
  // After the end there is no dream under way.
  if (ended_) return WakeNow();
  if (schedule_.asleep()) wake_after_dream_ = true;
  return schedule_.asleep();
}

Result<Look> Pipeline::Driver::TakeLook(const LookParts& parts) {
  if (!network_) {
    return Error{Code::kFailedPrecondition, "NO_NETWORK",
                 "no frame has come yet, so there is no network"};
  }
  if (!ended_) flow_->Drain();
  return CopyLook(parts);
}

Result<Look> Pipeline::Driver::CopyLook(const LookParts& parts) try {
  Look look;
  look.options = options_.network;
  look.steps_per_frame = options_.steps_per_frame;
  look.shape = network_->grid().frame();
  look.rows = network_->grid().rows();
  look.columns = network_->grid().columns();
  look.clip = last_clip_;
  look.frame = last_frame_;
  network_->Save(Lane::kReal, look.state);
  for (size_t l = 0; l < network_->layer_count(); ++l) {
    const auto goodness = network_->goodness(Lane::kReal, l);
    look.goodness.emplace_back(goodness.begin(), goodness.end());
    look.layers.push_back(network_->layer(l).options());
    if (parts.weights || parts.weights_of == l) {
      look.parameters.push_back(network_->layer(l).parameters());
    } else if (parts.weights_of) {
      look.parameters.emplace_back();
    }
  }
  if (parts.weights) look.generator = network_->generator().weights();
  if (parts.picture) LookAtPicture(look);
  if (parts.residuals) LookAtResiduals(look);
  return look;
} catch (const std::bad_alloc&) {
  return Error{Code::kResourceExhausted, "OUT_OF_MEMORY",
               "there is not enough memory to copy what is to be looked at"};
}

void Pipeline::Driver::LookAtPicture(Look& look) const {
  look.input.Resize(look.shape);
  look.prediction.Resize(look.shape);
  network_->grid().Average(network_->input(Lane::kReal, real_ticks_), look.input);
  network_->grid().Average(network_->prediction(Lane::kReal), look.prediction);
  look.channels = encoder_->state().channels;
  if (!compared_real_) return;
  const auto surprise = network_->prediction_row_errors();
  look.surprise.assign(surprise.begin(), surprise.end());
}

// A few are enough to dream with, and each is as large as a frame. Drawn by a generator of their
// own: looking must not change what is drawn later.
void Pipeline::Driver::LookAtResiduals(Look& look) const {
  constexpr int kFew = 8;
  const ResidualMemory& memory =
      memories_.residuals.empty() ? memories_.held_out_residuals : memories_.residuals;
  if (memory.empty()) return;
  Rng rng = rng_.Fork("look");
  for (int i = 0; i < kFew; ++i) look.residuals.push_back(memory.Draw(rng));
}

void Pipeline::Driver::Finish(Instant begin) { summary_.elapsed = clock_.Now() - begin; }

Pipeline::Pipeline(const PipelineOptions& options, const Clock& clock, PipelineObserver& observer)
    : driver_(std::make_unique<Driver>(options, clock, observer)) {}

Pipeline::~Pipeline() = default;

Result<RunSummary> Pipeline::Run(FrameQueue& queue) { return driver_->Run(queue); }

void Pipeline::Stop() { driver_->Stop(); }

void Pipeline::Post(PipelineCommand command) { driver_->Post(std::move(command)); }

const RunSummary& Pipeline::summary() const { return driver_->summary(); }

const Network* Pipeline::network() const { return driver_->network(); }

}  // namespace hypnos

#include "hypnos/pipeline/pipeline.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <thread>
#include <utility>

#include "pipeline/flow.h"

namespace hypnos {
namespace {

int Threads(int asked) {
  if (asked > 0) return asked;
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

SequenceMemoryOptions HeldOutMemory(const PipelineOptions& options) {
  SequenceMemoryOptions memory = options.memory;
  memory.capacity = options.held_out_sequences;
  memory.frames += static_cast<size_t>(options.dream_steps);
  memory.interval_frames = memory.frames;
  return memory;
}

// The encoder needs a first frame to know its size, and the network needs the size. The frame is
// encoded once more, as part of the stream, with an encoder that has not seen it.
Result<PlaneShape> ShapeOf(const VideoEncoderOptions& options, const Frame& first) {
  HYPNOS_ASSIGN_OR_RETURN(VideoEncoder encoder, VideoEncoder::Create(options));
  PlaneShape shape = encoder.shape();
  if (shape.width == 0 || shape.height == 0) {
    shape.width = first.image.width();
    shape.height = first.image.height();
  }
  return shape;
}

}  // namespace

// Decides what the next step is. Owns everything that lasts over steps.
class Pipeline::Driver {
 public:
  Driver(const PipelineOptions& options, const Clock& clock, PipelineObserver& observer)
      : options_(options),
        clock_(clock),
        observer_(observer),
        rng_(options.seed),
        schedule_(options.schedule),
        memories_{SequenceMemory(options.memory, rng_.Fork("sequences")),
                  ResidualMemory(options.residuals),
                  SequenceMemory(HeldOutMemory(options), rng_.Fork("held out"))} {}

  Result<RunSummary> Run(FrameQueue& queue);
  void Stop() { stopped_ = true; }
  const RunSummary& summary() const { return summary_; }
  const Network* network() const { return network_ ? &*network_ : nullptr; }

 private:
  Status Prepare(const Frame& first);
  Status Watch(FrameQueue& queue, Frame first);
  void ShowFrame(Frame frame);
  void SubmitRealStep(Frame* first, int hold, bool learn);
  void AddInterleavedDream(Step& step);
  void Sleep();
  void DreamFrame(const DreamInput& input, int64_t dream_frame);
  void SubmitDreamStep(const DreamInput& input, int64_t dream_frame, int hold);
  void SwitchPhase();
  void Finish(Instant begin);

  bool interleaved() const { return options_.network.learning.rule == LearningRule::kInterleaved; }
  bool deferred() const {
    return options_.network.learning.rule == LearningRule::kDeferredContrast;
  }

  PipelineOptions options_;
  const Clock& clock_;
  PipelineObserver& observer_;
  Rng rng_;
  WakeSleep schedule_;
  Memories memories_;
  std::optional<VideoEncoder> encoder_;
  std::optional<Network> network_;
  std::optional<Stages> stages_;
  std::optional<Flow> flow_;
  std::atomic<bool> stopped_ = false;
  RunSummary summary_;

  int64_t real_ticks_ = 0;
  int64_t dream_ticks_ = 0;
  int64_t real_age_ = 0;  // ticks since the last discontinuity
};

Status Pipeline::Driver::Prepare(const Frame& first) {
  HYPNOS_ASSIGN_OR_RETURN(VideoEncoder encoder, VideoEncoder::Create(options_.encoder));
  encoder_.emplace(std::move(encoder));
  HYPNOS_ASSIGN_OR_RETURN(const PlaneShape shape, ShapeOf(options_.encoder, first));
  // One slot more than steps under way: the read-out needs the tick before its own.
  const size_t in_flight = std::max<size_t>(1, options_.frames_in_flight);
  HYPNOS_ASSIGN_OR_RETURN(Network network, Network::Create(options_.network, shape, in_flight + 1,
                                                           rng_.Fork("network")));
  network_.emplace(std::move(network));
  stages_.emplace(*encoder_, *network_, memories_, rng_.Fork("dreams"), clock_, observer_,
                  summary_);
  flow_.emplace(*stages_, network_->layer_count(), Threads(options_.threads), in_flight);
  return {};
}

Result<RunSummary> Pipeline::Driver::Run(FrameQueue& queue) {
  const Instant begin = clock_.Now();
  HYPNOS_ASSIGN_OR_RETURN(FrameOrEnd first, queue.Pop());
  if (std::holds_alternative<EndOfStream>(first)) {
    if (stopped_) return summary_;
    return Error{Code::kNotFound, "NO_FRAMES", "the source ended before its first frame"};
  }
  HYPNOS_RETURN_IF_ERROR(Prepare(std::get<Frame>(first)));
  const Status watched = Watch(queue, std::get<Frame>(std::move(first)));
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
    HYPNOS_ASSIGN_OR_RETURN(FrameOrEnd next, queue.Pop());
    if (std::holds_alternative<EndOfStream>(next)) break;
    ShowFrame(std::get<Frame>(std::move(next)));
  }
  return {};
}

void Pipeline::Driver::ShowFrame(Frame frame) {
  if (frame.discontinuity != Discontinuity::kNone) real_age_ = 0;
  const bool learn = frame.learn;
  for (int hold = 0; hold < options_.steps_per_frame; ++hold) {
    SubmitRealStep(hold == 0 ? &frame : nullptr, hold, learn);
  }
}

// `first`: the frame, for its first step.
void Pipeline::Driver::SubmitRealStep(Frame* first, int hold, bool learn) {
  Step& step = flow_->NextStep();
  step.has_real = true;
  step.has_dream = false;
  step.first_of_frame = first != nullptr;
  step.last_of_frame = hold + 1 == options_.steps_per_frame;
  step.learn = learn;
  if (first != nullptr) step.frame = std::move(*first);

  Tick& tick = step.real;
  tick.lane = Lane::kReal;
  tick.number = ++real_ticks_;
  tick.start = real_age_ == 0 ? TickStart::kReset : TickStart::kContinue;
  tick.age = real_age_;
  tick.phase = learn && deferred() ? Phase::kPositive : Phase::kLook;
  tick.compare = step.first_of_frame && real_age_ > 0;
  tick.learn_generator = learn && options_.network.learning.rule != LearningRule::kLooking;
  tick.predict = step.last_of_frame;
  if (interleaved() && learn) AddInterleavedDream(step);
  ++real_age_;
  flow_->Submit();
  if (deferred() && learn && schedule_.OnStep()) SwitchPhase();
}

// Every dream_steps frames a dream leaves the real stream, and then runs beside it.
void Pipeline::Driver::AddInterleavedDream(Step& step) {
  const int64_t frame = dream_ticks_ / options_.steps_per_frame % options_.dream_steps;
  const bool fork = frame == 0 && step.first_of_frame;
  // The first fork of a clip needs a prediction and a residual: two frames.
  const bool possible = real_age_ >= 2 * options_.steps_per_frame;
  if (!possible && (fork || dream_ticks_ == 0)) return;
  step.has_dream = true;
  step.dream_input = {.from = !step.first_of_frame ? DreamInput::From::kHeld
                              : fork               ? DreamInput::From::kRealLane
                                                   : DreamInput::From::kDreamLane};
  Tick& dream = step.dream;
  const int hold = static_cast<int>(dream_ticks_ % options_.steps_per_frame);
  dream.lane = Lane::kDream;
  dream.number = ++dream_ticks_;
  dream.start = fork ? TickStart::kFork : TickStart::kContinue;
  dream.fork_number = step.real.number - 1;
  dream.age = frame * options_.steps_per_frame + hold;
  dream.phase = Phase::kNegative;
  dream.predict = step.last_of_frame;
  step.dream_step = dream.age;
  // A layer learns from both or from neither.
  step.real.phase = Phase::kPositive;
  step.real.age = std::min(step.real.age, dream.age);
}

void Pipeline::Driver::SwitchPhase() {
  flow_->Drain();
  PhaseReport report;
  report.asleep = schedule_.asleep();
  report.sleeps = schedule_.sleeps();
  if (!report.asleep) network_->WakeUp();
  for (size_t l = 0; l < network_->layer_count(); ++l) {
    report.contrast.push_back(network_->layer(l).contrast());
  }
  summary_.sleeps = schedule_.sleeps();
  observer_.OnPhase(report);
}

void Pipeline::Driver::Sleep() {
  if (!stages_->can_dream()) {
    // Nothing is remembered yet (every clip was shorter than a sequence): stay asleep no longer
    // than it takes to say so.
    while (!schedule_.OnStep()) {
    }
    return SwitchPhase();
  }
  const auto resting = [&] { return schedule_.asleep() && !stopped_; };
  while (resting()) {
    for (size_t i = 0; i < memories_.sequences.frames(); ++i) {
      DreamFrame({.from = DreamInput::From::kContext, .begins = i == 0, .context_frame = i}, 0);
    }
    for (int64_t i = 0; i < options_.dream_steps && resting(); ++i) {
      DreamFrame({.from = DreamInput::From::kDreamLane}, i);
    }
  }
}

void Pipeline::Driver::DreamFrame(const DreamInput& input, int64_t dream_frame) {
  const bool learns = input.from != DreamInput::From::kContext;
  for (int hold = 0; hold < options_.steps_per_frame; ++hold) {
    SubmitDreamStep(input, dream_frame, hold);
    if (learns && schedule_.OnStep()) return SwitchPhase();
  }
}

void Pipeline::Driver::SubmitDreamStep(const DreamInput& input, int64_t dream_frame, int hold) {
  const bool learns = input.from != DreamInput::From::kContext;
  Step& step = flow_->NextStep();
  step.has_real = false;
  step.has_dream = true;
  step.dream_input = input;
  if (hold > 0) step.dream_input = {.from = DreamInput::From::kHeld};
  Tick& tick = step.dream;
  tick.lane = Lane::kDream;
  tick.number = ++dream_ticks_;
  tick.start = step.dream_input.begins ? TickStart::kReset : TickStart::kContinue;
  tick.age = dream_frame * options_.steps_per_frame + hold;
  tick.phase = learns ? Phase::kNegative : Phase::kLook;
  const bool last_context = input.context_frame + 1 == memories_.sequences.frames();
  tick.predict = hold + 1 == options_.steps_per_frame && (learns || last_context);
  step.dream_step = tick.age;
  flow_->Submit();
}

void Pipeline::Driver::Finish(Instant begin) {
  SerialExecutor executor;
  if (memories_.held_out.size() > 0) {
    summary_.held_out = ProbeRealAgainstDream(*network_, memories_.held_out, memories_.residuals,
                                              memories_.sequences.frames(),
                                              rng_.Fork("held out probe"), dream_ticks_, executor);
  }
  summary_.elapsed = clock_.Now() - begin;
}

Pipeline::Pipeline(const PipelineOptions& options, const Clock& clock, PipelineObserver& observer)
    : driver_(std::make_unique<Driver>(options, clock, observer)) {}

Pipeline::~Pipeline() = default;

Result<RunSummary> Pipeline::Run(FrameQueue& queue) { return driver_->Run(queue); }

void Pipeline::Stop() { driver_->Stop(); }

const RunSummary& Pipeline::summary() const { return driver_->summary(); }

const Network* Pipeline::network() const { return driver_->network(); }

}  // namespace hypnos

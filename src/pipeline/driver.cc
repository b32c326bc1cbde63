#include "pipeline/driver.h"

#include <algorithm>
#include <exception>
#include <new>

#include "hypnos/base/format.h"

namespace hypnos {
namespace {

constexpr Duration kLookAtClockEvery = std::chrono::seconds(1);

size_t StepsInFlight(const PipelineOptions& options) {
  return std::max<size_t>(1, options.frames_in_flight);
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
          .context_frames = options.memory.context_frames,
          .symbols = options.network.generator.symbols,
          .classes = options.network.labels.classes};
}

}  // namespace

Pipeline::Driver::Driver(const PipelineOptions& options, const Clock& clock,
                         PipelineObserver& observer)
    : options_(options),
      clock_(clock),
      observer_(observer),
      workers_(options.workers ? options.workers : std::make_shared<Workers>(options.threads)),
      rng_(options.seed),
      schedule_(options.schedule),
      replay_rng_(rng_.Fork("replay")),
      choice_(options.negatives, rng_.Fork("negatives")),
      memories_{SequenceMemory(DreamMemory(options), rng_.Fork("sequences")),
                ResidualMemory(options.memory.residuals),
                SequenceMemory(ProbeKeeper::MemoryFor(options), rng_.Fork("probe sequences"))},
      sleeping_lane_(Lane::kDream, options.dream_steps, options.steps_per_frame),
      probes_(options_, rng_.Fork("probes")),
      guard_(options_.guard) {}

Result<RunSummary> Pipeline::Driver::Run() {
  const Instant begin = clock_.Now();
  ended_ = false;
  last_frame_ = begin;
  commands_.Open(bell_);
  const Status watched = RunGuarded();
  if (watched.ok()) Tell(RunEnded{.stopped = stopping_});
  // Of an error it may not be the last one to hear: other stages are still at work.
  if (flow_) flow_->Settle();
  summary_.elapsed += clock_.Now() - begin;
  ended_ = true;
  // Whoever owns their queues may do with them what he likes from now on.
  for (const auto& stream : streams_) {
    if (!stream->ended()) LeaveUnended(*stream);
  }
  // From Close on commands are done by whoever gives them.
  Result<RunSummary> result =
      watched.ok() ? Result<RunSummary>(summary_) : Result<RunSummary>(watched.error());
  commands_.Close(*this);
  return result;
}

Status Pipeline::Driver::RunGuarded() try {
  HYPNOS_RETURN_IF_ERROR(Watch());
  if (!flow_) return {};
  flow_->Drain();
  // Who stops it does not want to wait. As it is told, not as it is by now: a replay has to do the
  // same.
  if (!stopping_) ProbeAtEnd();
  if (!stopping_) HeedGuard();
  // Whoever reads the network next finds all of it here.
  network_->PullLayers(PullFor::kEnd);
  return {};
} catch (const RemoteLayerError& e) {
  torn_ = true;
  return e.error();
} catch (const std::bad_alloc&) {
  torn_ = true;
  return Error{Code::kResourceExhausted, "OUT_OF_MEMORY",
               "the network and what it remembers do not fit into memory: choose fewer units in "
               "network.layers, a smaller frame in encoding.width and height, or fewer "
               "memory.sequences"};
} catch (const std::exception& e) {
  torn_ = true;
  return Error{Code::kInternal, "PIPELINE", Format("a stage of the pipeline failed: {}", e.what())};
}

Status Pipeline::Driver::Watch() {
  while (true) {
    // Heard before it is looked whether there is anything to do: what comes after that rings again.
    const uint64_t rings = bell_.rings();
    RunCommands();
    if (follow_error_) break;
    HeedRemotes();
    HeedGuard();
    HeedSchedule();
    if (schedule_.asleep()) Sleep();
    // What the scoring after it said: before the next frame, whether that has come yet or not.
    HeedGuard();
    if (stopping_ || !has_streams()) break;
    HYPNOS_ASSIGN_OR_RETURN(const bool taken, TakeTurn());
    if (taken || script_ != nullptr) continue;
    // Who goes by the clock looks at it now and then.
    if (schedule_.watches_clock()) {
      bell_.WaitForMoreThan(rings, kLookAtClockEvery);
    } else {
      bell_.WaitForMoreThan(rings);
    }
  }
  if (follow_error_) return *follow_error_;
  return {};
}

Status Pipeline::Driver::Prepare(const PlaneShape& shape) {
  HYPNOS_RETURN_IF_ERROR(MakeNetwork(shape));
  MakeFlow();
  return {};
}

Status Pipeline::Driver::MakeNetwork(const PlaneShape& shape) {
  // One slot more than steps under way: the read-out needs the tick before its own.
  HYPNOS_ASSIGN_OR_RETURN(
      Network network,
      Network::Create(options_.network, shape, StepsInFlight(options_) + 1, rng_.Fork("network")));
  network_ = std::make_unique<Network>(std::move(network));
  negatives_.emplace(network_->grid(), SequencesOf(options_), rng_.Fork("dreams"));
  return {};
}

void Pipeline::Driver::SeatLayers() {
  if (!options_.remote_layers) return;
  const std::vector<RemoteLayer*> remotes = options_.remote_layers();
  for (size_t l = 0; l < remotes.size(); ++l) {
    if (remotes[l] == nullptr) continue;
    const Status seated = network_->Seat(l, *remotes[l]);
    if (!seated.ok()) throw RemoteLayerError(seated.error());
  }
}

void Pipeline::Driver::HeedRemotes() {
  if (!network_ || !network_->WantsSeats()) return;
  flow_->Drain();
  network_->SeatAgain();
}

void Pipeline::Driver::MakeFlow() {
  SeatLayers();
  stages_.emplace(*network_, memories_, *negatives_, options_, clock_, observer_, summary_);
  flow_.emplace(*stages_, *network_, workers_, StepsInFlight(options_));
}

void Pipeline::Driver::ShowFrame(Stream& stream, Frame frame) {
  stream.clip = frame.clip;
  stream.frame = frame.index;
  frame.learn = frame.learn && learns();
  // Also where a source changes its mind without saying so: no memory may span what was not learned
  // from, nor a cut within it.
  const bool changed = std::exchange(stream.learned, frame.learn) != frame.learn;
  if (std::exchange(stream.switched, false) || changed) {
    frame.discontinuity = Stronger(frame.discontinuity, Discontinuity::kSwitch);
  }
  if (stream.live_label) frame.label = stream.live_label;
  if (frame.discontinuity != Discontinuity::kNone) {
    stream.age = stream.errors = 0;
    stream.cut = true;
  }
  const bool asleep = schedule_.asleep();
  const bool open = frame.gate == GateVerdict::kOpen;
  const bool kept_back = !open || asleep;
  // Its states go on, but what is learned from next does not follow what was learned from last.
  if (asleep && remembers_asleep()) {
    stream.probing.Abandon();
  } else if (asleep) {
    stream.cut = true;
  }
  const Held held = {.learn = frame.learn && !kept_back,
                     .remember = frame.learn && open && (!asleep || remembers_asleep()),
                     .kept_back = kept_back,
                     .asleep = asleep,
                     .label = frame.label};
  if (held.learn) {
    ProbeIfDue();
    CollectForProbes(stream);
  }
  if (held.remember) {
    MayRemember(stream);
    stream.cut = false;
  }
  for (int hold = 0; hold < options_.steps_per_frame; ++hold) {
    SubmitRealStep(stream, hold == 0 ? &frame : nullptr, hold, held);
  }
}

void Pipeline::Driver::MayRemember(Stream& stream) {
  if (!stream.ledger.BeginsWithNext(stream.cut)) return;
  flow_->Drain();
  NetworkState& before = memories_.sequences.Begin(stream.place);
  before.at_rest = stream.age == 0;
  if (!before.at_rest) network_->Save(stream.lane(Lane::kReal), before);
}

// `first`: the frame, for its first step.
void Pipeline::Driver::SubmitRealStep(Stream& stream, Frame* first, int hold, const Held& frame) {
  Step& step = flow_->NextStep();
  step.stream = &stream;
  step.has_real = true;
  step.has_dream = step.has_labelled = false;
  step.asleep = false;
  step.first_of_frame = first != nullptr;
  step.last_of_frame = hold + 1 == options_.steps_per_frame;
  step.learn = frame.learn;
  step.remember = frame.remember;
  step.recalled.reset();
  if (frame.asleep && recalled_) step.recalled = recalled_->sequence;
  step.kept_back = frame.kept_back;
  step.seen_asleep = frame.asleep;
  step.label = frame.label;
  if (first != nullptr) step.frame = std::move(*first);

  Tick& tick = step.real;
  tick.lane = stream.lane(Lane::kReal);
  tick.label.reset();  // whoever is to guess it must not be shown it
  tick.label_is_new = false;
  tick.number = ++stream.real_ticks;
  tick.start = stream.age == 0 ? TickStart::kReset : TickStart::kContinue;
  tick.age = stream.age;
  tick.phase = frame.learn && has_phases() ? Phase::kPositive : Phase::kLook;
  tick.compare = step.first_of_frame && stream.age > 0;
  tick.learn_generator = frame.learn && options_.network.learning.rule != LearningRule::kLooking;
  tick.predict = step.last_of_frame;
  step.judged = step.judged_anew = false;
  if (frame.learn) {
    stream.held_out_since_learning = false;
    if (interleaved()) LearnInterleaved(step);
  } else if (!frame.kept_back) {
    JudgeBesideDream(step);
  }
  ++stream.age;
  if (tick.compare && !frame.kept_back) ++stream.errors;
  step.phase = PositionAfter(frame.learn ? 1 : 0);
  const bool learns = step.learns();
  flow_->Submit();
  if (frame.remember && step.first_of_frame) CountRemembered(stream);
  if (frame.learn && step.first_of_frame) probes_.CountFrame(stream.probing);
  if (learns) CountLearnedStep();
  // Where nothing is remembered (every clip was shorter than a sequence) there is nothing to dream
  // of: it stays awake until there is. And a frame that is held is held to its end.
  const bool may_sleep = remembered_ > 0 && step.last_of_frame;
  if (has_phases() && frame.learn && schedule_.OnStep(may_sleep)) SwitchPhase();
}

void Pipeline::Driver::CountRemembered(Stream& stream) {
  if (!stream.ledger.Count()) return;
  remembered_ = std::min(remembered_ + 1, options_.memory.sequences);
  // Asleep this thread reads the memory, which changes with this frame.
  if (schedule_.asleep()) flow_->Drain();
}

// Every dream_steps frames a negative sequence leaves the real stream, and then runs beside it.
// Returns false where that is not possible yet: the first fork of a clip needs a prediction and
// a residual: two frames.
bool Pipeline::Driver::AddNegativeBeside(Step& step, Purpose purpose) {
  NegativeLane& lane = step.stream->negative_lane;
  if (step.stream->age < 2 * options_.steps_per_frame || step.stream->errors == 0) {
    lane.CutBeside();
    return false;
  }
  // What is judged is told from dreams; and where nobody says any longer what is seen, right and
  // wrong labels are the same.
  const bool judge = purpose == Purpose::kJudge;
  const bool unlabelled = IsWrongLabel(lane.kind()) && !step.label;
  if (unlabelled || (judge && lane.kind() != NegativeKind::kDream)) lane.CutBeside();
  const NegativeLane::Place place = lane.NextBeside();
  if (place.begins()) {
    const bool labelled = contrasts_labels() && step.label;
    const NegativeKind kind = judge ? NegativeKind::kDream : choice_.Draw(remembered_, labelled);
    lane.Begin(kind, {}, IsEncoded(kind) ? choice_.DrawPace() : 1);
  }
  lane.Fill(*negatives_, step.real.lane, step.real.number - 1, place.frame, place.hold, step);
  return true;
}

// A layer learns from both or from neither.
void Pipeline::Driver::LearnInterleaved(Step& step) {
  if (!AddNegativeBeside(step, Purpose::kLearn)) return;
  if (step.mislabels_negative()) return FillLabelled(step);
  step.real.phase = Phase::kPositive;
  step.real.age = std::min(step.real.age, step.dream.age);
}

// What is real with its label, beside what is real with a wrong one: both leave the stream
// together, which has none. They are learned from at a frame's last step, at which its label is
// guessed with the weights of before: at an earlier one, the guess would have been told.
void Pipeline::Driver::FillLabelled(Step& step) {
  step.has_labelled = true;
  Tick& tick = step.labelled;
  tick = step.dream;
  tick.lane = step.stream->lane(Lane::kReplay);
  tick.number = ++step.stream->labelled_ticks;
  tick.phase = step.last_of_frame ? Phase::kPositive : Phase::kLook;
  step.dream.phase = step.last_of_frame ? Phase::kNegative : Phase::kLook;
  tick.label = step.label;
}

void Pipeline::Driver::JudgeBesideDream(Step& step) {
  if (!AddNegativeBeside(step, Purpose::kJudge)) return;
  step.dream.phase = Phase::kLook;
  step.judged = true;
  // Of the frames seen since the network learned from their stream. Where it goes on learning from
  // others meanwhile, that is what there is to be judged.
  step.judged_anew = std::ranges::none_of(
      streams_, [](const auto& stream) { return stream->held_out_since_learning; });
  step.stream->held_out_since_learning = true;
}

PhasePosition Pipeline::Driver::PositionAfter(uint64_t steps) const {
  const uint64_t length = schedule_.length();
  // Who never sleeps is nowhere; a sleep without an end has a beginning all the same.
  if (!has_phases() || (length == 0 && !schedule_.asleep())) return {};
  const uint64_t step = schedule_.step() + steps;
  return {length == 0 ? step : std::min(step, length), length};
}

}  // namespace hypnos

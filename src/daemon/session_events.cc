#include "daemon/session_events.h"

#include <algorithm>
#include <array>
#include <utility>

#include "daemon/build_options.h"
#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"

namespace hypnos {
namespace {

using Message = session::Event;

// In the order of their numbers in the message.
constexpr std::array kDiscontinuities = {
    Discontinuity::kNone, Discontinuity::kStart,  Discontinuity::kClip,
    Discontinuity::kLoop, Discontinuity::kResize, Discontinuity::kReconnect,
    Discontinuity::kGap,  Discontinuity::kPause,  Discontinuity::kSwitch};
static_assert(kDiscontinuities.size() == session::Frame::Discontinuity_ARRAYSIZE);
constexpr std::array kVerdicts = {GateVerdict::kOpen,   GateVerdict::kDuplicate,
                                  GateVerdict::kFrozen, GateVerdict::kPlaceholder,
                                  GateVerdict::kStale,  GateVerdict::kConcealed};
static_assert(kVerdicts.size() == session::Frame::Gate_ARRAYSIZE);
constexpr std::array kCauses = {PhaseCause::kHours, PhaseCause::kQuiet, PhaseCause::kFrames};
static_assert(kCauses.size() == session::ClockEndedPhase::Cause_ARRAYSIZE);

template <class Table, class T>
int PlaceIn(const Table& table, T value) {
  const auto found = std::ranges::find(table, value);
  HYPNOS_CHECK(found != table.end());
  return static_cast<int>(found - table.begin());
}

void FillFrame(const std::string& stream, const Frame& frame, session::Frame* message) {
  message->set_source(stream);
  message->set_clip(frame.clip);
  message->set_index(frame.index);
  message->set_presentation_nanoseconds(frame.presentation_time.count());
  message->set_discontinuity(
      static_cast<session::Frame::Discontinuity>(PlaceIn(kDiscontinuities, frame.discontinuity)));
  message->set_learn(frame.learn);
  message->set_gate(static_cast<session::Frame::Gate>(PlaceIn(kVerdicts, frame.gate)));
  message->set_concealed(frame.concealed);
  if (frame.label) message->set_label(static_cast<uint32_t>(*frame.label));
  message->set_width(static_cast<uint32_t>(frame.image.width()));
  message->set_height(static_cast<uint32_t>(frame.image.height()));
  message->set_channels(static_cast<uint32_t>(frame.image.channels()));
  message->set_pixels(frame.image.bytes().data(), frame.image.bytes().size());
  message->set_symbols(frame.symbols.data(), frame.symbols.size());
  const Readings& readings = frame.readings;
  message->mutable_readings()->Assign(readings.values.begin(), readings.values.end());
  if (readings.when) message->set_when_nanoseconds(readings.when->count());
}

std::optional<Code> CodeNamed(const std::string& name) {
  for (int code = 0; code <= static_cast<int>(Code::kInternal); ++code) {
    if (name == ToString(static_cast<Code>(code))) return static_cast<Code>(code);
  }
  return {};
}

// One function a kind: what it is in the message.
struct Filler {
  Message& event;

  void operator()(const StreamAdded& added) {
    added.continues ? event.set_source_continued(added.stream)
                    : event.set_source_added(added.stream);
  }
  void operator()(const StreamRemoved& removed) { event.set_source_removed(removed.stream); }
  void operator()(const FrameTaken& taken) {
    FillFrame(taken.stream, taken.frame, event.mutable_frame());
  }
  void operator()(const StreamEnded& ended) {
    session::SourceEnded& message = *event.mutable_source_ended();
    message.set_source(ended.stream);
    message.set_broke_off(ended.error.has_value());
    if (!ended.error) return;
    message.set_code(ToString(ended.error->code));
    message.set_reason(ended.error->reason);
    message.set_message(ended.error->message);
  }
  void operator()(const LearningSwitched& learning) { event.set_learning(learning.on); }
  void operator()(const LearningHeld& learning) { event.set_learning_held(learning.hold); }
  void operator()(const SleepOrdered& sleep) { event.set_sleep_steps(sleep.steps); }
  void operator()(const WakeOrdered& wake) {
    event.mutable_wake()->set_after_dream(wake.after_dream);
  }
  void operator()(const LabelOrdered& label) {
    event.mutable_label()->set_source(label.stream);
    if (label.label) event.mutable_label()->set_label(static_cast<uint32_t>(*label.label));
  }
  void operator()(const NoveltyJudged& judged) {
    session::NoveltyJudged& message = *event.mutable_novelty_judged();
    message.set_source(judged.stream);
    message.set_event(judged.event);
    message.set_confirmed(judged.confirmed);
  }
  void operator()(const GuardResumed& resumed) {
    event.mutable_guard_resumed()->set_full_rate(resumed.full_rate);
  }
  void operator()(const ClockEndedPhase& ended) {
    event.mutable_clock_ended_phase()->set_cause(
        static_cast<session::ClockEndedPhase::Cause>(PlaceIn(kCauses, ended.cause)));
  }
  // Whoever has written what it was says where.
  void operator()(const StateReplaced& replaced) {
    event.mutable_state_replaced()->set_begins(replaced.begins);
  }
  void operator()(const RunEnded& run) { event.mutable_run_ended()->set_stopped(run.stopped); }
};

StreamEnded EndOf(const session::SourceEnded& message) {
  StreamEnded ended = {.stream = message.source(), .error = {}};
  if (message.broke_off()) {
    ended.error = Error{CodeNamed(message.code()).value_or(Code::kInternal), message.reason(),
                        message.message()};
  }
  return ended;
}

Error DoesNotFit(const std::string& what) {
  return {Code::kDataLoss, "RECORDING_DOES_NOT_FIT",
          Format("the recording does not fit its configuration: {}", what)};
}

Status CheckLabel(const std::optional<size_t>& label, const InputRules& rules) {
  if (!label || *label < rules.classes) return {};
  return DoesNotFit(Format("it has a label {}, of {} classes", *label, rules.classes));
}

}  // namespace

session::Event EventOf(uint64_t moment, const PipelineInput& input) {
  session::Event event;
  event.set_moment(moment);
  std::visit(Filler{event}, input);
  return event;
}

Frame FrameOf(const session::Frame& message) {
  Frame frame;
  frame.clip = message.clip();
  frame.index = message.index();
  frame.presentation_time = Duration(message.presentation_nanoseconds());
  frame.discontinuity = kDiscontinuities[static_cast<size_t>(message.discontinuity())];
  frame.learn = message.learn();
  frame.gate = kVerdicts[static_cast<size_t>(message.gate())];
  frame.concealed = message.concealed();
  if (message.has_label()) frame.label = message.label();
  if (!message.pixels().empty()) {
    frame.image = Image(static_cast<int>(message.width()), static_cast<int>(message.height()),
                        static_cast<int>(message.channels()));
    std::ranges::copy(message.pixels(), frame.image.bytes().begin());
  }
  frame.symbols.assign(message.symbols().begin(), message.symbols().end());
  frame.readings.values.assign(message.readings().begin(), message.readings().end());
  if (message.has_when_nanoseconds()) {
    frame.readings.when = Duration(message.when_nanoseconds());
  }
  return frame;
}

InputRules RulesOf(const config::Config& config) {
  InputRules rules;
  rules.classes = static_cast<size_t>(config.labels().classes_size());
  rules.series = ReadsSeries(config);
  if (!ReadsText(config)) return rules;
  const auto alphabet = BuildAlphabet(config.encoding().text());
  rules.symbols = alphabet.ok() ? alphabet->size() : 1;
  rules.readers = config.encoding().text().readers();
  return rules;
}

Status CheckFrame(const Frame& frame, const InputRules& rules) {
  HYPNOS_RETURN_IF_ERROR(CheckLabel(frame.label, rules));
  if (rules.series) {
    return frame.readings.values.empty() ? Status(DoesNotFit("a frame is no row of a series"))
                                         : Status();
  }
  if (rules.symbols == 0) {
    return frame.image.empty() ? Status(DoesNotFit("a picture is a text")) : Status();
  }
  if (frame.symbols.size() != rules.readers) {
    return DoesNotFit(Format("a frame has symbols for {} readers, and {} read",
                             frame.symbols.size(), rules.readers));
  }
  const auto known = [&](uint8_t symbol) { return symbol < rules.symbols; };
  if (std::ranges::all_of(frame.symbols, known)) return {};
  return DoesNotFit("a symbol is none of the alphabet");
}

Result<TimedInput> InputOf(const session::Event& event, const InputRules& rules) {
  TimedInput timed;
  timed.moment = event.moment();
  switch (event.kind_case()) {
    case Message::kFrame: {
      FrameTaken taken = {.stream = event.frame().source(), .frame = {}};
      taken.frame = FrameOf(event.frame());
      HYPNOS_RETURN_IF_ERROR(CheckFrame(taken.frame, rules));
      timed.input = std::move(taken);
      return timed;
    }
    case Message::kSourceAdded:
      timed.input = StreamAdded{event.source_added()};
      return timed;
    case Message::kSourceContinued:
      timed.input = StreamAdded{event.source_continued(), true};
      return timed;
    case Message::kSourceRemoved:
      timed.input = StreamRemoved{event.source_removed()};
      return timed;
    case Message::kSourceEnded:
      timed.input = EndOf(event.source_ended());
      return timed;
    case Message::kLearning:
      timed.input = LearningSwitched{event.learning()};
      return timed;
    case Message::kLearningHeld:
      timed.input = LearningHeld{event.learning_held()};
      return timed;
    case Message::kSleepSteps:
      timed.input = SleepOrdered{event.sleep_steps()};
      return timed;
    case Message::kWake:
      timed.input = WakeOrdered{event.wake().after_dream()};
      return timed;
    case Message::kLabel: {
      LabelOrdered label = {.stream = event.label().source(), .label = {}};
      if (event.label().has_label()) label.label = event.label().label();
      HYPNOS_RETURN_IF_ERROR(CheckLabel(label.label, rules));
      timed.input = std::move(label);
      return timed;
    }
    case Message::kNoveltyJudged:
      timed.input = NoveltyJudged{.stream = event.novelty_judged().source(),
                                  .event = event.novelty_judged().event(),
                                  .confirmed = event.novelty_judged().confirmed()};
      return timed;
    case Message::kGuardResumed:
      timed.input = GuardResumed{event.guard_resumed().full_rate()};
      return timed;
    case Message::kClockEndedPhase:
      if (!session::ClockEndedPhase::Cause_IsValid(event.clock_ended_phase().cause())) break;
      timed.input =
          ClockEndedPhase{kCauses[static_cast<size_t>(event.clock_ended_phase().cause())]};
      return timed;
    case Message::kRunEnded:
      timed.input = RunEnded{event.run_ended().stopped()};
      return timed;
    case Message::kStateReplaced:
      timed.input = StateReplaced{.begins = event.state_replaced().begins()};
      return timed;
    case Message::kMissing:
    case Message::kEnd:
    case Message::KIND_NOT_SET:
      break;
  }
  return DoesNotFit("something is in it that never came from outside");
}

}  // namespace hypnos

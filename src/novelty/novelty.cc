#include "hypnos/novelty/novelty.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "hypnos/base/format.h"
#include "novelty/event_machine.h"
#include "novelty/frame_history.h"
#include "novelty/signals.h"
#include "novelty/stillness.h"

namespace hypnos {
namespace {

// The time between two frames counts for no more than this: a source that stood still has shown
// nothing meanwhile, and one that gives a frame a minute is to get past its warm-up all the same.
constexpr double kLongestStep = 10;
// As many as it takes to know what one in a hundred is: after a warm-up that saw fewer, frames
// count for more until there are so many.
constexpr double kEnoughFrames = FrameHistory::kTailFrames / FrameHistory::kTail;
// Smoothing of the frames' z: half a lifetime of three frames.
constexpr double kFrameShare = 1.0 / 3;

Status Check(const NoveltyOptions& options) {
  const auto bad = [](const char* field, const char* range) {
    return Error{Code::kInvalidArgument, "BAD_OPTION", Format("{} must be {}", field, range)};
  };
  const CalibrationOptions& calibration = options.calibration;
  if (!(calibration.new_normal_seconds > 0)) return bad("new_normal_seconds", "above 0");
  if (calibration.reach < 0 || calibration.reach > 16) return bad("reach", "from 0 to 16");
  if (!(calibration.persistence_frames >= 1)) return bad("persistence_frames", "at least 1");
  const EventOptions& events = options.events;
  if (!(events.end_score <= events.begin_score)) return bad("end_score", "at most begin_score");
  if (!(events.scene_share > 0)) return bad("scene_share", "above 0");
  if (!(events.warm_up_seconds > 0)) return bad("warm_up_seconds", "above 0");
  for (const auto& [name, seconds] : {std::pair("quiet_seconds", events.quiet_seconds),
                                      std::pair("least_seconds", events.least_seconds),
                                      std::pair("cooldown_seconds", events.cooldown_seconds),
                                      std::pair("settle_seconds", events.settle_seconds)}) {
    if (!(seconds >= 0) || !std::isfinite(seconds)) return bad(name, "0 or above");
  }
  return {};
}

// What an event has added to the frames' history, and how high it rose.
struct KeptEvent {
  uint64_t number = 0;
  double peak_z = 0;
  bool confirmed = false;
  FrameHistory::Share usual;  // put in where it was dismissed
  std::vector<double> added = std::vector<double>(DecayingHistogram::kBins);

  void Fade(double factor) {
    for (double& weight : added) weight *= factor;
    usual.weight *= factor;
  }

  void ExchangeState(StateArchive& archive) {
    archive.Number("number", number);
    archive.Number("peak_z", peak_z);
    archive.Number("confirmed", confirmed);
    archive.Number("usual_bin", usual.bin);
    archive.Number("usual", usual.weight);
    if (!(usual.weight >= 0) || !std::isfinite(usual.weight) ||
        usual.bin >= DecayingHistogram::kBins) {
      archive.Refuse("usual", "is none");
      usual = {};
    }
    if (!std::isfinite(peak_z)) archive.Refuse("peak_z", "is not finite");
    archive.Values("added", std::span(added), {added.size()});
    for (const double weight : added) {
      if (!(weight >= 0) || !std::isfinite(weight)) return archive.Refuse("added", "is none");
    }
  }
};

}  // namespace

struct Novelty::State {
  explicit State(const NoveltyOptions& given)
      : options(given), signals(given.calibration), machine(given.events) {}

  NoveltyReport Observe(const NoveltyFrame& frame, NoveltyObserver* observer) {
    const double passed = Passed(frame);
    const double memory = std::exp(-passed / options.calibration.new_normal_seconds);
    const double weight = WeightOf(passed);
    NoveltyReport report{.score = FrameHistory::kNothing};
    if (frame.cut) {
      signals.Cut();
      stillness.Cut();
      smooth.reset();
    }
    const bool judged = !frame.surprises.empty();
    const bool learned = judged && frame.learn;
    if (judged) Judge(frame, memory, weight, report);
    if (judged && !frame.change.empty()) {
      report.stillness = stillness.Judge(frame.change, passed);
    }
    report.warm = machine.warm();
    Keep(observer, [&](NoveltyObserver* to) {
      machine.Observe(
          report, {.time = frame.time, .passed = passed, .cut = frame.cut, .learned = learned}, to);
    });
    if (learned) Learn(memory, weight);
    return report;
  }

  void End(NoveltyObserver* observer) {
    Keep(observer, [&](NoveltyObserver* to) { machine.End(to); });
  }

  double Passed(const NoveltyFrame& frame) {
    const std::optional<Duration> before = std::exchange(last, frame.time);
    if (!before || frame.cut || frame.time < *before) return 0;
    return std::min(Seconds(frame.time - *before), kLongestStep);
  }

  void Judge(const NoveltyFrame& frame, double memory, double weight, NoveltyReport& report) {
    map = signals.Judge(frame, memory, weight);
    const auto highest = std::ranges::max_element(map);
    const auto at = static_cast<size_t>(highest - map.begin());
    report.place = {at / frame.columns, at % frame.columns};
    report.changed_share = signals.changed_share();
    const auto z = static_cast<double>(*highest);
    // One frame alone proves as little after a cut as at any other time.
    const double before = smooth.value_or(history.Usual().value_or(z));
    smooth = before + kFrameShare * (z - before);
    report.score = history.Score(*smooth);
  }

  // What was just judged. Of an event that somebody has confirmed nothing becomes usual.
  void Learn(double memory, double weight) {
    const double counts = rising.confirmed ? 0 : weight;
    history.Learn(*smooth, memory, counts);
    stillness.Learn(memory, weight);
    for (KeptEvent& event : kept) event.Fade(memory);
    rising.Fade(memory);
    if (machine.current() != nullptr) {
      rising.added[DecayingHistogram::BinOf(*smooth)] += counts;
    }
  }

  // While it warms up all that is seen is usual. From then on what is new becomes so no faster than
  // it would after much was seen: a short history would take in within seconds what it should tell.
  double WeightOf(double passed) const {
    if (!machine.warm()) return 1;
    const double frames = std::max(history.frames(), kEnoughFrames);
    return std::min(1.0, frames * passed / options.calibration.new_normal_seconds);
  }

  // Listens beside the observer: an event that has ended may still be judged.
  template <class Run>
  void Keep(NoveltyObserver* observer, Run run) {
    struct Listener final : NoveltyObserver {
      Listener(State& of, NoveltyObserver* to) : state(of), next(to) {}
      void OnBegin(const NoveltyEvent& event) override {
        if (next != nullptr) next->OnBegin(event);
      }
      void OnPeak(const NoveltyEvent& event) override {
        if (next != nullptr) next->OnPeak(event);
      }
      void OnEnd(const NoveltyEvent& event) override {
        if (event.kind == NoveltyKind::kUnusual) state.KeepEvent(event);
        if (next != nullptr) next->OnEnd(event);
      }
      State& state;
      NoveltyObserver* next;
    } listener(*this, observer);
    const bool was_idle = machine.current() == nullptr;
    run(&listener);
    if (machine.current() == nullptr) {
      Clear(rising);
    } else if (smooth) {
      rising.peak_z = was_idle ? *smooth : std::max(rising.peak_z, *smooth);
    }
  }

  void KeepEvent(const NoveltyEvent& event) {
    if (kept.size() == Novelty::kKeptEvents) kept.pop_front();
    kept.push_back(rising);
    kept.back().number = event.number;
  }

  static void Clear(KeptEvent& event) {
    event.peak_z = 0;
    event.confirmed = false;
    event.usual = {};
    std::ranges::fill(event.added, 0.0);
  }

  KeptEvent* Find(uint64_t number) {
    if (machine.under_way() && machine.current()->number == number) return &rising;
    const auto found = std::ranges::find(kept, number, &KeptEvent::number);
    return found == kept.end() ? nullptr : &*found;
  }

  void ExchangeState(StateArchive& archive) {
    const auto exchange = [&](const std::string& name, auto& part) {
      const StateArchive::Scope scope(archive, name);
      part.ExchangeState(archive);
    };
    exchange("signals", signals);
    exchange("history", history);
    exchange("stillness", stillness);
    exchange("machine", machine);
    exchange("rising", rising);
    const size_t count = archive.Count("kept", kept.size(), Novelty::kKeptEvents);
    kept.resize(count);
    for (size_t i = 0; i < count; ++i) exchange(Format("kept.{}", i), kept[i]);
    archive.Number("smooth", smooth);
    bool has_last = last.has_value();
    archive.Number("has_last", has_last);
    int64_t ticks = last.value_or(Duration()).count();
    archive.Number("last", ticks);
    last = has_last ? std::optional(Duration(ticks)) : std::nullopt;
    if (smooth && !std::isfinite(*smooth)) archive.Refuse("smooth", "is not finite");
    map = {};
  }

  NoveltyOptions options;
  Signals signals;
  FrameHistory history;
  Stillness stillness;
  EventMachine machine;
  std::span<const float> map;
  std::optional<double> smooth;  // z of the last frames
  std::optional<Duration> last;
  KeptEvent rising;  // the one under way
  std::deque<KeptEvent> kept;
};

Result<Novelty> Novelty::Create(const NoveltyOptions& options) {
  HYPNOS_RETURN_IF_ERROR(Check(options));
  return Novelty(std::make_unique<State>(options));
}

Novelty::Novelty(std::unique_ptr<State> state) : state_(std::move(state)) {}
Novelty::~Novelty() = default;
Novelty::Novelty(Novelty&&) noexcept = default;
Novelty& Novelty::operator=(Novelty&&) noexcept = default;

NoveltyReport Novelty::Observe(const NoveltyFrame& frame, NoveltyObserver* observer) {
  return state_->Observe(frame, observer);
}

std::span<const float> Novelty::map() const { return state_->map; }

void Novelty::End(NoveltyObserver* observer) { state_->End(observer); }

void Novelty::TellEnd(NoveltyObserver& observer) const {
  const EventMachine& machine = state_->machine;
  if (machine.under_way()) observer.OnEnd(*machine.current());
}

bool Novelty::warm() const { return state_->machine.warm(); }

void Novelty::NumberAbove(uint64_t number) { state_->machine.NumberAbove(number); }

uint64_t Novelty::last_number() const { return state_->machine.last_number(); }

bool Novelty::Dismiss(uint64_t event) {
  KeptEvent* kept = state_->Find(event);
  if (kept == nullptr) return false;
  state_->history.TakeBack(kept->usual);
  kept->usual = state_->history.MakeUsual(kept->peak_z, state_->options.events.begin_score);
  kept->confirmed = false;
  return true;
}

bool Novelty::Confirm(uint64_t event) {
  KeptEvent* kept = state_->Find(event);
  if (kept == nullptr) return false;
  kept->confirmed = true;
  state_->history.TakeBack(std::exchange(kept->usual, {}));
  state_->history.Forget(kept->added);
  // Once only.
  std::ranges::fill(kept->added, 0.0);
  return true;
}

void Novelty::ExchangeState(StateArchive& archive) { state_->ExchangeState(archive); }

}  // namespace hypnos

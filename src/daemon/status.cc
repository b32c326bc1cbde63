#include "daemon/status.h"

#include <algorithm>
#include <string>
#include <utility>

#include "hypnos/base/format.h"
#include "hypnos/base/log.h"
#include "hypnos/base/printable.h"

namespace hypnos {
namespace {

constexpr double kForget = 0.02;

// After a cut states fill up from nothing, a layer after the other: that is not the input's fault.
constexpr int kFillingFrames = 10;

// The first value counts in full.
void Follow(double value, bool first, double& mean) {
  mean = first ? value : mean + kForget * (value - mean);
}

// "sleep 3 is over: 340 steps in 12.5 s; it began by quiet and ended by frames; AUC of the worst
// layer 0.610 before, 0.820 after"
std::string SleepText(const SleepReport& report) {
  std::string text = Format(
      "sleep {} is over: {} steps in {:.1f} s; it began by {} and ended by {}", report.number,
      report.steps, Seconds(report.took), ToString(report.began), ToString(report.ended));
  const auto worst = [](const ProbeReport& probe) {
    double auc = 1;
    for (const LayerProbe& layer : probe.figures.layers) auc = std::min(auc, layer.auc);
    return auc;
  };
  if (report.before && report.after) {
    text += Format("; AUC of the worst layer {:.3f} before, {:.3f} after", worst(*report.before),
                   worst(*report.after));
  }
  return text;
}

// "probe set after 1000 learned steps: layer 1: AUC 0.812, ...": what the guard and the schedule
// judge by.
std::string ProbeText(const ProbeReport& report) {
  std::string text = Format("probe set after {} learned steps", report.learned_steps);
  for (size_t l = 0; l < report.figures.layers.size(); ++l) {
    const LayerProbe& layer = report.figures.layers[l];
    text += Format(
        "{} layer {}: AUC {:.3f}, pairs told {:.3f}, {} of {} units dead, mean norm {:.3g}, rank "
        "{:.2f}, cosine {:.3f}{}",
        l == 0 ? ":" : ";", l + 1, layer.auc, layer.pairwise_accuracy, layer.dead_units,
        layer.units, layer.weights.mean, layer.effective_rank, layer.cosine,
        layer.finite ? "" : ", not finite");
  }
  return text;
}

control::Event::Kind KindOf(GuardEvent event) {
  using control::Event;
  switch (event) {
    case GuardEvent::kGaveUp:
      return Event::GUARD_GAVE_UP;
    case GuardEvent::kNothingToGoBackTo:
      return Event::GUARD_CANNOT_GO_BACK;
    case GuardEvent::kRolledBack:
      return Event::GUARD_WENT_BACK;
    case GuardEvent::kCannotKeep:
      return Event::GUARD_CANNOT_KEEP;
    case GuardEvent::kRecovered:
      return Event::GUARD_RECOVERED;
    case GuardEvent::kResumed:
      return Event::GUARD_RESUMED;
    case GuardEvent::kNeverSound:
      return Event::GUARD_NEVER_SOUND;
  }
  return Event::KIND_UNSPECIFIED;
}

}  // namespace

StatusBoard::StatusBoard(const Clock& clock, SharedEvents events, std::string network)
    : clock_(clock), events_(std::move(events)), network_(std::move(network)) {
  now_.last_progress = clock.Now();
}

void StatusBoard::OnFrame(const FrameReport& report) {
  std::vector<size_t> stopped;
  bool resized = false;
  {
    const std::lock_guard lock(mutex_);
    stopped = Notice(report.layers, false);
    NoticeFrame(report);
    resized = NoticeResized(report);
  }
  TellStopped(stopped);
  if (resized) TellResized(report);
}

void StatusBoard::NoticeFrame(const FrameReport& report) {
  if (const auto error = report.prediction_error) {
    if (!now_.prediction_error) now_.prediction_error = error;
    Follow(*error, false, *now_.prediction_error);
  }
  now_.in_bits = report.symbols > 0;
  now_.last_progress = clock_.Now();
  ++now_.frames;
  // What is kept back changes neither what the network does nor what was said to be seen.
  if (!report.kept_back) NoticeLearning(report);
  now_.source = report.source;
  now_.clip = report.clip;
  now_.frame = report.index;
  if (report.discontinuity != Discontinuity::kNone) {
    ++now_.discontinuities[ToString(report.discontinuity)];
  }
  NoticeSource(report);
  rate_.Count(clock_.Now());
}

void StatusBoard::NoticeLearning(const FrameReport& report) {
  now_.learning = report.learn;
  now_.phase = report.phase;
  now_.label = report.label;
  now_.label_read_out = report.label_read_out;
  now_.label_goodness = report.label_goodness;
  now_.labels.Count(report);
}

void StatusBoard::NoticeSource(const FrameReport& report) {
  SourceStatus& source = now_.sources[report.source];
  source.clip = report.clip;
  source.frame = report.index;
  ++source.frames;
  if (report.captured) {
    const Duration latency = clock_.Now() - *report.captured;
    source.latency.Count(latency);
    source.latencies.Add(latency);
  }
  source.seen_asleep += report.asleep ? 1 : 0;
  if (const auto error = report.prediction_error) {
    if (!source.prediction_error) source.prediction_error = error;
    Follow(*error, false, *source.prediction_error);
  }
  if (report.discontinuity != Discontinuity::kNone) {
    source.frames_since_cut = 0;
  } else if (++source.frames_since_cut >= kFillingFrames) {
    settling_[report.source][report.clip].Add(report.layers);
  }
}

void StatusBoard::OnStreamEnd(const StreamEnd& end) {
  if (!end.error) return;
  const std::lock_guard lock(mutex_);
  now_.sources[end.source].why = end.error->message;
}

void StatusBoard::Forget(const std::string& source) {
  const std::lock_guard lock(mutex_);
  now_.sources.erase(source);
  settling_.erase(source);
  std::erase_if(resized_, [&](const auto& told) { return told.first == source; });
}

bool StatusBoard::NoticeResized(const FrameReport& report) {
  return report.resized && resized_.emplace(report.source, report.clip).second;
}

void StatusBoard::TellResized(const FrameReport& report) {
  log::Warning(
      "source '{}': frame {} is not of the size of the first one; it is resized to fit, and so are "
      "all others like it",
      Printable(report.clip), report.index);
}

void StatusBoard::OnDream(const DreamReport& report) {
  std::vector<size_t> stopped;
  {
    const std::lock_guard lock(mutex_);
    stopped = Notice(report.layers, true);
    now_.has_dreamed = true;
    now_.last_progress = clock_.Now();
    ++now_.dream_steps;
    now_.phase = report.phase;
  }
  TellStopped(stopped);
}

void StatusBoard::OnStep(const StepReport& report) {
  const std::lock_guard lock(mutex_);
  (report.asleep ? now_.asleep_steps : now_.awake_steps).Add(report.took);
}

void StatusBoard::OnPhase(const PhaseReport& report) {
  const std::lock_guard lock(mutex_);
  now_.asleep = report.asleep;
  now_.last_progress = clock_.Now();
  now_.cause = report.cause;
  now_.sleeps = report.sleeps;
  now_.phase = report.phase;
  for (size_t l = 0; l < now_.layers.size(); ++l) now_.layers[l].contrast = report.contrast[l];
}

void StatusBoard::OnProbe(const ProbeReport& report) {
  log::Debug("{}", ProbeText(report));
  const std::lock_guard lock(mutex_);
  now_.probe = report;
  ++now_.probes;
  now_.probes_took += report.took;
  now_.layers.resize(report.figures.layers.size());
  for (size_t l = 0; l < now_.layers.size(); ++l) {
    now_.layers[l].told_probe = report.figures.layers[l].pairwise_accuracy;
  }
}

// Of a sleep by count, after which there is another one, nobody wants a line in the log each time.
void StatusBoard::OnSleep(const SleepReport& report) {
  if (report.began != PhaseCause::kSteps) {
    Tell(events_, control::Event::SLEPT, network_, SleepText(report));
  }
  const std::lock_guard lock(mutex_);
  now_.last_sleep = report;
}

void StatusBoard::OnGuard(const GuardReport& report) {
  if (report.news) {
    Tell(events_, KindOf(report.news->event), network_, "guard: " + ToString(*report.news));
  }
  const std::lock_guard lock(mutex_);
  now_.guard = report.status;
}

std::vector<size_t> StatusBoard::Notice(const std::vector<StepStatistics>& layers, bool dream) {
  std::vector<size_t> stopped;
  now_.layers.resize(layers.size());
  const bool first = dream ? !now_.has_dreamed : now_.frames == 0;
  for (size_t l = 0; l < layers.size(); ++l) {
    LayerStatus& status = now_.layers[l];
    // Whoever goes back to what was learned before has a layer that learns again.
    if (!std::exchange(status.stopped, layers[l].stopped) && layers[l].stopped) {
      stopped.push_back(l + 1);
    }
    if (!layers[l].finite) continue;
    Follow(layers[l].goodness, first, dream ? status.dream_goodness : status.real_goodness);
    Follow(layers[l].probability, first,
           dream ? status.dream_probability : status.real_probability);
  }
  return stopped;
}

void StatusBoard::TellStopped(const std::vector<size_t>& layers) const {
  for (const size_t layer : layers) {
    Tell(events_, control::Event::LAYER_STOPPED, network_,
         Format("layer {}: its weights overflowed, and it learns no more; start again with a lower "
                "learning.rate, or with network.layers.{}.norm_cap",
                layer, layer - 1));
  }
}

StatusSnapshot StatusBoard::Snapshot() const {
  const std::lock_guard lock(mutex_);
  StatusSnapshot snapshot = Copy();
  for (const auto& [name, clips] : settling_) {
    SourceStatus& source = snapshot.sources[name];
    const auto shown = clips.find(source.clip);
    if (shown != clips.end()) source.settling.insert(*shown);
  }
  return snapshot;
}

StatusSnapshot StatusBoard::WholeSnapshot() const {
  const std::lock_guard lock(mutex_);
  StatusSnapshot snapshot = Copy();
  for (const auto& [name, clips] : settling_) snapshot.sources[name].settling = clips;
  return snapshot;
}

// Under the lock.
StatusSnapshot StatusBoard::Copy() const {
  StatusSnapshot snapshot = now_;
  // Asked for now: a camera that has stopped reports no frame by which it could be noticed.
  snapshot.frames_per_second = rate_.At(clock_.Now());
  return snapshot;
}

}  // namespace hypnos

#include "daemon/watched_source.h"

#include <algorithm>
#include <tuple>
#include <utility>
#include <variant>

#include "daemon/build_options.h"
#include "daemon/live_log.h"
#include "hypnos/base/log.h"
#include "hypnos/base/printable.h"

namespace hypnos {
namespace {

SourceOptions OptionsOf(const config::Source& source, const config::Config& config, bool reconnects,
                        const SharedEvents& events,
                        const std::shared_ptr<Interruption>& interruption) {
  SourceOptions options = BuildSourceOptions(source, config);
  if (LiveOptions* live = LiveOptionsOf(options)) {
    live->interruption = interruption;
    // Shared: a thread that is left behind may still tell something.
    const auto log = std::make_shared<LiveLog>(source.name(), events);
    live->on_change = [log](const SourceHealth& health) { log->OnChange(health); };
    live->on_gate = [log](GateVerdict verdict) { log->OnGate(verdict); };
    live->reconnect = live->reconnect && reconnects;
  }
  return options;
}

// Other keys say nothing of which bytes come next, or of what they mean.
bool GrowsTheSame(const SeriesSourceOptions& one, const SeriesSourceOptions& other) {
  const auto how = [](const SeriesSourceOptions& of) {
    return std::tie(of.path, of.lines, of.separator, of.time_column, of.columns, of.follow);
  };
  return how(one) == how(other) && (one.follow || IsConnection(one));
}

bool GrowsTheSame(const SourceOptions& one, const SourceOptions& other) {
  const auto* series = std::get_if<SeriesSourceOptions>(&one.kind);
  const auto* other_series = std::get_if<SeriesSourceOptions>(&other.kind);
  if (series != nullptr && other_series != nullptr) return GrowsTheSame(*series, *other_series);
  const auto* text = std::get_if<TextSourceOptions>(&one.kind);
  const auto* other_text = std::get_if<TextSourceOptions>(&other.kind);
  return text != nullptr && other_text != nullptr && text->path == other_text->path &&
         text->follow && other_text->follow;
}

telemetry::Source::Kind KindOf(const config::Source& source) {
  if (IsText(source)) return telemetry::Source::TEXT;
  return IsSeries(source) ? telemetry::Source::SERIES : telemetry::Source::PICTURES;
}

}  // namespace

WatchedSource::WatchedSource(const config::Source& source, const config::Config& config,
                             bool reconnects, const SharedEvents& events)
    : WatchedSource(source, config, reconnects, events, std::make_shared<Interruption>()) {}

WatchedSource::WatchedSource(const config::Source& source, const config::Config& config,
                             bool reconnects, const SharedEvents& events,
                             std::shared_ptr<Interruption> interruption)
    : options_(OptionsOf(source, config, reconnects, events, interruption)),
      queue_frames_(source.queue_frames()),
      on_full_(BuildOnFull(source)),
      kind_(KindOf(source)),
      waited_for_(IsWaitedFor(source)),
      gives_the_same_(GivesTheSame(source)),
      interruption_(std::move(interruption)) {}

Status WatchedSource::Open(const Opener& open, const Pipeline::AwaitedStream& seen) {
  HYPNOS_ASSIGN_OR_RETURN(auto source, open(options_));
  const uint64_t passed = seen.frames;
  const bool goes_on = seen.place != nullptr && source->GoOn(*seen.place);
  const bool passes_over = passed > 0 && gives_the_same_ && !goes_on;
  if (goes_on) {
    log::Info("source '{}': going on behind the {} frames that have been seen already",
              Printable(name()), passed);
  } else if (passes_over) {
    log::Info("source '{}': passing over the {} frames that have been seen already",
              Printable(name()), passed);
  } else if (passed > 0) {
    log::Info("source '{}': what it gives now does not continue what was seen", Printable(name()));
  }
  // A few at a time: who stops the daemon does not want to wait for all of them.
  constexpr uint64_t kAtOnce = 16;
  for (uint64_t left = passes_over ? passed : 0; left > 0 && !stopped();) {
    const uint64_t now = std::min(left, kAtOnce);
    source->PassOver(now);
    left -= now;
  }
  const std::lock_guard lock(mutex_);
  continues_ = goes_on || passes_over;
  opened_ = std::move(source);
  return {};
}

void WatchedSource::GoOnFrom(const WatchedSource& other,
                             const std::shared_ptr<const SourcePlace>& place) {
  if (place == nullptr || !GrowsTheSame(options_, other.options_)) return;
  const std::lock_guard lock(mutex_);
  (void)opened_->GoOn(*place);
  // Also where it does not go on there: what was found out holds for whoever replaces this one
  // before a row has come.
  place_ = place;
}

bool WatchedSource::stopped() const {
  const std::lock_guard lock(mutex_);
  return stopped_;
}

void WatchedSource::Start() {
  const std::lock_guard lock(mutex_);
  capture_.emplace(std::move(opened_), queue_frames_, on_full_);
  if (paused_) capture_->queue().SetPaused(true);
  if (stopped_) capture_->queue().Close();
}

StreamInput WatchedSource::input() {
  const std::lock_guard lock(mutex_);
  return {.name = name(),
          .queue = &capture_->queue(),
          .waited_for = waited_for_,
          .continues = continues_,
          .place = place_};
}

void WatchedSource::Ended() {
  const std::lock_guard lock(mutex_);
  ended_ = true;
  // One that was refused has more to give, which nobody wants.
  if (capture_) capture_->queue().Close();
  interruption_->Raise();
}

void WatchedSource::Stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  if (capture_) capture_->queue().Close();
  interruption_->Raise();
}

bool WatchedSource::Close() {
  Stop();
  // Not under the lock: who asks about it need not wait. Nobody starts it any more.
  return !capture_ || capture_->Stop();
}

bool WatchedSource::SetPaused(bool paused) {
  const std::lock_guard lock(mutex_);
  if (std::exchange(paused_, paused) == paused) return false;
  if (capture_) capture_->queue().SetPaused(paused);
  return true;
}

bool WatchedSource::ended() const {
  const std::lock_guard lock(mutex_);
  return ended_;
}

bool WatchedSource::goes_on() const {
  const std::lock_guard lock(mutex_);
  return continues_;
}

FrameDrops WatchedSource::drops() const {
  const std::lock_guard lock(mutex_);
  return capture_ ? capture_->queue().drops() : FrameDrops();
}

const Source* WatchedSource::source() const {
  return capture_ ? &capture_->source() : opened_.get();
}

int64_t WatchedSource::unreadable() const {
  const std::lock_guard lock(mutex_);
  return source() == nullptr ? 0 : source()->unreadable_frames();
}

telemetry::Source::State WatchedSource::State(const SourceHealth& health) const {
  if (ended_) return telemetry::Source::ENDED;
  if (paused_) return telemetry::Source::PAUSED;
  if (!capture_) return telemetry::Source::OPENING;
  switch (health.state) {
    case SourceState::kConnecting:
      return telemetry::Source::CONNECTING;
    case SourceState::kStalled:
      return telemetry::Source::STALLED;
    case SourceState::kLost:
      return telemetry::Source::LOST;
    case SourceState::kLive:
    case SourceState::kEnded:  // of what it gave, something may still wait
      break;
  }
  return telemetry::Source::WATCHED;
}

telemetry::Source WatchedSource::Report() const {
  const std::lock_guard lock(mutex_);
  telemetry::Source report;
  const SourceHealth health = capture_ ? capture_->source().health() : SourceHealth();
  report.set_name(name());
  report.set_state(State(health));
  report.set_kind(kind_);
  if (!capture_) return report;
  const Source& source = capture_->source();
  const FrameDrops drops = capture_->queue().drops();
  report.set_description(source.Describe());
  report.set_live(source.live());
  if (const auto frames = source.frame_count()) {
    report.set_frames_in_all(static_cast<uint64_t>(*frames));
  }
  report.set_queued(static_cast<uint32_t>(capture_->queue().size()));
  report.set_dropped_slow(static_cast<uint64_t>(drops.queue_full));
  report.set_dropped_asleep(static_cast<uint64_t>(drops.asleep));
  report.set_dropped_paused(static_cast<uint64_t>(drops.paused));
  report.set_unreadable(static_cast<uint64_t>(source.unreadable_frames()));
  if (report.state() == telemetry::Source::STALLED || report.state() == telemetry::Source::LOST) {
    report.set_why(health.why);
    report.set_retry_in_seconds(Seconds(health.retry_in));
  }
  report.set_connections(static_cast<uint64_t>(health.connections));
  report.set_stalls(static_cast<uint64_t>(health.stalls));
  report.set_dropped_over_rate(static_cast<uint64_t>(health.over_rate));
  report.set_losses(static_cast<uint64_t>(health.losses));
  const GateCounts gate = source.gate_counts();
  report.set_duplicate_frames(static_cast<uint64_t>(gate.duplicate));
  report.set_frozen_frames(static_cast<uint64_t>(gate.frozen));
  report.set_placeholder_frames(static_cast<uint64_t>(gate.placeholder));
  report.set_stale_frames(static_cast<uint64_t>(gate.stale));
  report.set_concealed_frames(static_cast<uint64_t>(gate.concealed));
  return report;
}

}  // namespace hypnos

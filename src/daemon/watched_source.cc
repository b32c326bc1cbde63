#include "daemon/watched_source.h"

#include <utility>

#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"

namespace hypnos {

void WatchedSource::Opened(CaptureThread& capture) {
  const std::lock_guard lock(mutex_);
  capture_ = &capture;
  if (paused_) capture.queue().SetPaused(true);
  if (stopped_) capture.queue().Close();
}

void WatchedSource::Ended() {
  const std::lock_guard lock(mutex_);
  ended_ = true;
}

void WatchedSource::Stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  if (capture_ != nullptr) capture_->queue().Close();
}

Result<bool> WatchedSource::SetPaused(const std::string& name, bool paused) {
  const std::lock_guard lock(mutex_);
  if (name != name_) {
    return Error{
        Code::kNotFound, "SOURCE_NOT_FOUND",
        Format("there is no source '{}'; there is '{}'", Printable(name), Printable(name_))};
  }
  if (paused_ == paused) return false;
  paused_ = paused;
  if (capture_ != nullptr) capture_->queue().SetPaused(paused);
  return true;
}

bool WatchedSource::ended() const {
  const std::lock_guard lock(mutex_);
  return ended_;
}

FrameDrops WatchedSource::drops() const {
  const std::lock_guard lock(mutex_);
  return capture_ == nullptr ? FrameDrops() : capture_->queue().drops();
}

telemetry::Source::State WatchedSource::State(const SourceHealth& health) const {
  if (ended_) return telemetry::Source::ENDED;
  if (paused_) return telemetry::Source::PAUSED;
  if (capture_ == nullptr) return telemetry::Source::OPENING;
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
  const SourceHealth health = capture_ == nullptr ? SourceHealth() : capture_->source().health();
  report.set_name(name_);
  report.set_state(State(health));
  if (capture_ == nullptr) return report;
  const Source& source = capture_->source();
  const FrameDrops drops = capture_->queue().drops();
  report.set_description(source.Describe());
  report.set_live(source.live());
  if (const auto frames = source.frame_count()) {
    report.set_frames_in_all(static_cast<uint64_t>(*frames));
  }
  report.set_queued(static_cast<uint32_t>(capture_->queue().size()));
  report.set_dropped_slow(static_cast<uint64_t>(drops.queue_full));
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
  return report;
}

}  // namespace hypnos

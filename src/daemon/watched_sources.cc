#include "daemon/watched_sources.h"

#include <algorithm>
#include <utility>

#include "daemon/answer.h"
#include "daemon/ask_pipeline.h"
#include "hypnos/base/format.h"
#include "hypnos/base/log.h"
#include "hypnos/base/printable.h"

namespace hypnos {

WatchedSources::WatchedSources(Parts parts, const config::Config& config)
    : parts_(std::move(parts)) {
  for (const config::Source& source : config.sources()) {
    sources_.push_back(
        std::make_shared<WatchedSource>(source, config, parts_.reconnects, parts_.events));
  }
}

std::vector<WatchedSources::Shared> WatchedSources::All() const {
  const std::lock_guard lock(mutex_);
  return sources_;
}

WatchedSources::Shared WatchedSources::Find(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find(sources_, name, [](const auto& s) { return s->name(); });
  return found == sources_.end() ? nullptr : *found;
}

Error WatchedSources::NotFound(const std::string& name) const {
  std::string there;
  for (const Shared& source : All()) {
    there += Format("{}'{}'", there.empty() ? "" : ", ", Printable(source->name()));
  }
  return {Code::kNotFound, "SOURCE_NOT_FOUND",
          Format("there is no source '{}'; there is {}", Printable(name),
                 there.empty() ? "none" : there)};
}

Status WatchedSources::Open(const std::map<std::string, Pipeline::AwaitedStream>& passed) {
  const std::lock_guard changing(change_mutex_);
  for (const Shared& source : All()) {
    const auto seen = passed.find(source->name());
    HYPNOS_RETURN_IF_ERROR(
        source->Open(parts_.open, seen == passed.end() ? Pipeline::AwaitedStream() : seen->second));
    const std::lock_guard lock(mutex_);
    if (stopped_) return StoppingError();
  }
  return {};
}

void WatchedSources::Start() {
  const std::lock_guard changing(change_mutex_);
  for (const Shared& source : All()) Add(source);
  const std::lock_guard lock(mutex_);
  started_ = true;
}

void WatchedSources::Add(const Shared& source) {
  source->Start();
  log::Info("watching {}", Printable(source->Report().description()));
  const StreamInput input = source->input();
  // Where it is not done any more, nothing is watched.
  (void)AskPipeline<bool>(parts_.pipeline, [input](PipelineControl& control) {
    control.AddStream(input);
    return true;
  });
}

Status WatchedSources::CheckChange(const std::vector<std::string>& gone,
                                   const std::vector<config::Source>& come) const {
  for (const std::string& name : gone) {
    if (Find(name) == nullptr) return NotFound(name);
  }
  for (const config::Source& source : come) {
    const bool makes_room = std::ranges::find(gone, source.name()) != gone.end();
    if (makes_room || Find(source.name()) == nullptr) continue;
    return Exists(source.name());
  }
  return CheckStarted();
}

Error WatchedSources::Exists(const std::string& name) {
  return {Code::kFailedPrecondition, "SOURCE_EXISTS",
          Format("there is a source '{}' already; remove it first, or give another name",
                 Printable(name))};
}

Error WatchedSources::StillOpening() {
  return {Code::kFailedPrecondition, "SOURCES_ARE_OPENED",
          "the sources of the configuration are still being opened; try again later"};
}

Status WatchedSources::CheckAlone(const std::string& name) const {
  if (Find(name) == nullptr) return NotFound(name);
  if (All().size() == 1) return {};
  return Error{Code::kInvalidArgument, "ONE_NETWORK",
               Format("share is weights: one network learns from all sources, and nothing of the "
                      "kind can be asked of '{}' alone; leave the source out",
                      Printable(name))};
}

Status WatchedSources::CheckStarted() const {
  const std::lock_guard lock(mutex_);
  if (stopped_) return StoppingError();
  return started_ ? Status() : StillOpening();
}

Result<WatchedSources::Opened> WatchedSources::OpenNew(const std::vector<config::Source>& come,
                                                       const config::Config& config) {
  Opened opened;
  for (const config::Source& source : come) {
    const auto watched =
        std::make_shared<WatchedSource>(source, config, parts_.reconnects, parts_.events);
    {
      const std::lock_guard lock(mutex_);
      if (stopped_) return StoppingError();
      opening_.push_back(watched);
    }
    const Status status = watched->Open(parts_.open);
    {
      const std::lock_guard lock(mutex_);
      std::erase(opening_, watched);
    }
    if (!status.ok()) return status.error();
    opened.push_back(watched);
  }
  return opened;
}

Status WatchedSources::Change(const std::vector<std::string>& gone,
                              const std::vector<config::Source>& come,
                              const config::Config& config) {
  HYPNOS_ASSIGN_OR_RETURN(const Opened opened, Prepare(gone, come, config));
  Replace(gone, opened);
  return {};
}

Result<WatchedSources::Opened> WatchedSources::Prepare(const std::vector<std::string>& gone,
                                                       const std::vector<config::Source>& come,
                                                       const config::Config& config) {
  // First, since the sources of the start may take long to open.
  HYPNOS_RETURN_IF_ERROR(CheckStarted());
  const std::lock_guard changing(change_mutex_);
  HYPNOS_RETURN_IF_ERROR(CheckChange(gone, come));
  return OpenNew(come, config);
}

void WatchedSources::Replace(const std::vector<std::string>& gone, const Opened& come) {
  const std::lock_guard changing(change_mutex_);
  {
    const std::lock_guard lock(mutex_);
    coming_ = !come.empty();
  }
  std::map<std::string, Removed> removed;
  for (const std::string& name : gone) removed[name] = Remove(name);
  for (const Shared& source : come) {
    if (const auto before = removed.find(source->name()); before != removed.end()) {
      source->GoOnFrom(*before->second.source, before->second.place);
    }
    {
      const std::lock_guard lock(mutex_);
      sources_.push_back(source);
      if (stopped_) source->Stop();
    }
    Add(source);
  }
  TellChange(gone, come);
  {
    const std::lock_guard lock(mutex_);
    coming_ = false;
  }
  parts_.changed();
}

WatchedSources::Removed WatchedSources::Remove(const std::string& name) {
  const Shared source = Find(name);
  // First the pipeline, which then leaves its frames alone.
  const auto place = AskPipeline<std::shared_ptr<const SourcePlace>>(
      parts_.pipeline, [name](PipelineControl& control) {
        auto of_last = control.PlaceOf(name);
        control.RemoveStream(name);
        return of_last;
      });
  {
    const std::lock_guard lock(mutex_);
    std::erase(sources_, source);
  }
  parts_.board.Forget(name);
  const bool closed = source->Close();
  const std::lock_guard lock(mutex_);
  left_behind_ = left_behind_ || !closed;
  return {source, place.ok() ? *place : nullptr};
}

// One that has another in its place has not gone.
void WatchedSources::TellChange(const std::vector<std::string>& gone, const Opened& come) const {
  const auto comes = [&](const std::string& name) {
    return std::ranges::any_of(come, [&](const Shared& source) { return source->name() == name; });
  };
  for (const std::string& name : gone) {
    if (comes(name)) continue;
    Tell(parts_.events, control::Event::SOURCE_REMOVED, name,
         Format("source '{}' removed", Printable(name)));
  }
  for (const Shared& source : come) {
    Tell(parts_.events, control::Event::SOURCE_ADDED, source->name(),
         Format("source '{}' added", Printable(source->name())));
  }
}

bool WatchedSources::GoesOn(const std::string& name) const {
  const Shared source = Find(name);
  return source != nullptr && source->goes_on();
}

Result<bool> WatchedSources::SetPaused(const std::string& name, bool paused) {
  const Shared source = Find(name);
  if (source == nullptr) return NotFound(name);
  const bool changed = source->SetPaused(paused);
  if (changed) {
    Tell(parts_.events, paused ? control::Event::SOURCE_PAUSED : control::Event::SOURCE_RESUMED,
         name, Format("source '{}' {}", Printable(name), paused ? "paused" : "resumed"));
  }
  return changed;
}

void WatchedSources::OnStreamEnd(const StreamEnd& end) {
  if (const Shared source = Find(end.source)) source->Ended();
  if (end.error) {
    Tell(parts_.events, control::Event::SOURCE_FAILED, end.source, Printable(end.error->message));
  } else if (parts_.events != nullptr && !stopped()) {
    parts_.events->Note(control::Event::SOURCE_ENDED, end.source,
                        Format("source '{}' has ended", Printable(end.source)));
  }
}

bool WatchedSources::stopped() const {
  const std::lock_guard lock(mutex_);
  return stopped_;
}

void WatchedSources::Stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  for (const Shared& source : sources_) source->Stop();
  for (const Shared& source : opening_) source->Stop();
}

bool WatchedSources::Close() {
  // Before a change under way is waited for: it may be opening one.
  Stop();
  const std::lock_guard changing(change_mutex_);
  bool closed = true;
  for (const Shared& source : All()) closed = source->Close() && closed;
  const std::lock_guard lock(mutex_);
  return closed && !left_behind_;
}

bool WatchedSources::ended() const {
  const auto sources = All();
  const std::lock_guard lock(mutex_);
  return started_ && !coming_ &&
         std::ranges::all_of(sources, [](const auto& s) { return s->ended(); });
}

FrameDrops WatchedSources::drops() const {
  FrameDrops sum;
  for (const Shared& source : All()) {
    const FrameDrops drops = source->drops();
    sum.queue_full += drops.queue_full;
    sum.asleep += drops.asleep;
    sum.paused += drops.paused;
    sum.closed += drops.closed;
  }
  return sum;
}

int64_t WatchedSources::unreadable() const {
  int64_t sum = 0;
  for (const Shared& source : All()) sum += source->unreadable();
  return sum;
}

std::vector<telemetry::Source> WatchedSources::Reports(const StatusSnapshot& status) const {
  std::vector<telemetry::Source> reports;
  for (const Shared& source : All()) {
    telemetry::Source& report = reports.emplace_back(source->Report());
    const auto found = status.sources.find(source->name());
    if (found == status.sources.end()) continue;
    const SourceStatus& seen = found->second;
    report.set_frames(static_cast<uint64_t>(seen.frames));
    report.set_seen_asleep(static_cast<uint64_t>(seen.seen_asleep));
    report.set_clip(seen.clip);
    report.set_frame(static_cast<uint64_t>(seen.frame));
    if (seen.prediction_error) report.set_prediction_error(*seen.prediction_error);
    if (!seen.why.empty()) report.set_why(seen.why);
    if (!seen.latency.empty()) {
      report.set_latency_seconds(Seconds(seen.latency.Quantile(0.5)));
      report.set_latency_p99_seconds(Seconds(seen.latency.Quantile(0.99)));
    }
    if (const auto clip = seen.settling.find(seen.clip); clip != seen.settling.end()) {
      const std::vector<double>& changes = clip->second.changes();
      report.mutable_settling()->Assign(changes.begin(), changes.end());
      report.set_too_fast(clip->second.too_fast());
    }
  }
  return reports;
}

}  // namespace hypnos

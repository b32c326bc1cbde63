#include "sources/open_live.h"

#include <algorithm>
#include <utility>

#include "sources/gated_source.h"
#include "sources/interruptible_wait.h"
#include "sources/reconnecting_source.h"
#include "sources/viewed_source.h"

namespace hypnos {
namespace {

// How often a silent source is looked after.
constexpr Duration kMoment = std::chrono::seconds(1);

// Starting a process and finding out what a stream holds takes its time, however soon a picture is
// missed afterwards.
constexpr Duration kOpening = std::chrono::seconds(10);

// What says nothing of what was to be opened.
bool IsOfTheProcess(const Error& error) {
  return error.reason.starts_with("CAPTURE_") || error.reason.starts_with("NO_CAPTURE_") ||
         error.reason == "OPEN_SILENT";
}

const SystemClock& TheClock() {
  static const SystemClock clock;
  return clock;
}

// Which of many daemons waits how long is nobody's business but chance's.
Rng ChanceOf(const SourceIdentity& identity) {
  return Rng(static_cast<uint64_t>(TheClock().WallNow().time_since_epoch().count()))
      .Fork(identity.name);
}

Result<std::unique_ptr<Source>> OpenUngated(const SourceIdentity& identity, LiveSourceText text,
                                            const LiveOptions& options, ConnectInChild connect) {
  const auto interruption =
      options.interruption ? options.interruption : std::make_shared<Interruption>();
  ChildCaptureOptions child = {.program = options.program,
                               .patience = options.stall,
                               .open_patience = std::max(options.stall, kOpening),
                               .waits = options.waits,
                               .max_frame_rate_hz = options.max_frame_rate_hz,
                               .interruption = interruption};
  if (!options.reconnect) {
    auto capture = connect(child);
    if (!capture.ok()) {
      Error error = capture.error();
      if (IsOfTheProcess(error)) error.message = text.description + ": " + error.message;
      return error;
    }
    return std::unique_ptr<Source>(std::make_unique<LiveSource>(
        identity, std::move(text), *std::move(capture), [interruption] { interruption->Raise(); }));
  }
  child.patience = std::min(kMoment, options.stall);
  return std::unique_ptr<Source>(std::make_unique<ReconnectingSource>(
      identity,
      ReconnectingParts{
          .description = std::move(text.description),
          .connect = [child, connect = std::move(connect)] { return connect(child); },
          .wait = [interruption](Duration time) { return WaitUnlessRaised(*interruption, time); },
          .interrupt = [interruption] { interruption->Raise(); },
          .stall = options.stall,
          .clock = &TheClock(),
          .rng = ChanceOf(identity),
          .on_change = options.on_change}));
}

}  // namespace

Result<std::unique_ptr<Source>> OpenLive(const SourceIdentity& identity, LiveSourceText text,
                                         const LiveOptions& options, ConnectInChild connect) {
  HYPNOS_ASSIGN_OR_RETURN(std::unique_ptr<Source> source,
                          OpenUngated(identity, std::move(text), options, std::move(connect)));
  // Before the gate: what is masked is nothing to be judged either.
  HYPNOS_ASSIGN_OR_RETURN(source, SeeThrough(identity, options.view, std::move(source)));
  if (!options.gate) return source;
  return std::unique_ptr<Source>(
      std::make_unique<GatedSource>(std::move(source), *options.gate, TheClock(), options.on_gate));
}

}  // namespace hypnos

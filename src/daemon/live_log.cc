#include "daemon/live_log.h"

#include "hypnos/base/format.h"
#include "hypnos/base/log.h"
#include "hypnos/base/printable.h"

namespace hypnos {

using control::Event;

void LiveLog::Note(Event::Kind kind, const std::string& what) const {
  Tell(events_, kind, name_, Format("source '{}' {}", Printable(name_), what));
}

void LiveLog::OnChange(const SourceHealth& health) {
  const std::string why = Printable(health.why);
  switch (health.state) {
    case SourceState::kConnecting:
    case SourceState::kEnded:
      return;
    case SourceState::kLive:
      // Back after a stall or a loss, or there at last.
      Note(Event::SOURCE_LIVE, "is live");
      told_.clear();
      lost_ = false;
      return;
    case SourceState::kStalled:
      return Note(Event::SOURCE_STALLED, "stalls: " + why);
    case SourceState::kLost:
      if (why == told_) return;
      told_ = why;
      // Reasons that take turns are for the log: an event for each try would push out all others.
      if (std::exchange(lost_, true)) {
        log::Warning("source '{}' is still lost: {}", Printable(name_), why);
      } else {
        Note(Event::SOURCE_LOST, Format("is lost: {}; trying again in {:.1f} s, and so on for ever",
                                        why, Seconds(health.retry_in)));
      }
      return;
  }
}

void LiveLog::OnGate(GateVerdict verdict) const {
  switch (verdict) {
    case GateVerdict::kOpen:
      return Note(Event::GATE_OPENED, "gives pictures that are no longer kept back");
    case GateVerdict::kDuplicate:
      return;
    case GateVerdict::kFrozen:
      return Note(Event::GATE_CLOSED,
                  "is frozen: its pictures are kept back from learning until they change");
    case GateVerdict::kPlaceholder:
      return Note(Event::GATE_CLOSED,
                  "shows a single colour: such pictures are kept back from learning");
    case GateVerdict::kStale:
      return Note(Event::GATE_CLOSED,
                  "has fallen behind: late pictures are kept back from learning");
    case GateVerdict::kConcealed:
      return Note(Event::GATE_CLOSED,
                  "arrives damaged: pictures of which parts are missing are kept back from "
                  "learning");
  }
}

}  // namespace hypnos

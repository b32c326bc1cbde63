#include "daemon/live_log.h"

#include "hypnos/base/log.h"
#include "hypnos/base/printable.h"

namespace hypnos {

void LiveLog::OnChange(const SourceHealth& health) {
  const std::string name = Printable(name_), why = Printable(health.why);
  switch (health.state) {
    case SourceState::kConnecting:
    case SourceState::kEnded:
      return;
    case SourceState::kLive:
      // Back after a stall or a loss, or there at last.
      log::Info("source '{}' is live", name);
      told_.clear();
      return;
    case SourceState::kStalled:
      log::Warning("source '{}' stalls: {}", name, why);
      return;
    case SourceState::kLost:
      if (why == told_) return;
      log::Warning("source '{}' is lost: {}; trying again in {:.1f} s, and so on for ever", name,
                   why, Seconds(health.retry_in));
      told_ = why;
      return;
  }
}

void LiveLog::OnGate(GateVerdict verdict) const {
  const std::string name = Printable(name_);
  switch (verdict) {
    case GateVerdict::kOpen:
      log::Info("source '{}': its pictures are no longer kept back", name);
      return;
    case GateVerdict::kDuplicate:
      return;
    case GateVerdict::kFrozen:
      log::Warning(
          "source '{}' is frozen: its pictures are kept back from learning until they "
          "change",
          name);
      return;
    case GateVerdict::kPlaceholder:
      log::Warning("source '{}' shows a single colour: such pictures are kept back from learning",
                   name);
      return;
    case GateVerdict::kStale:
      log::Warning("source '{}' has fallen behind: late pictures are kept back from learning",
                   name);
      return;
    case GateVerdict::kConcealed:
      log::Warning(
          "source '{}' arrives damaged: pictures of which parts are missing are kept back from "
          "learning",
          name);
      return;
  }
}

}  // namespace hypnos

#include "daemon/health.h"

#include <algorithm>

namespace hypnos {
namespace {

// Of one that is paused nobody takes any; of one that has ended nobody needs to.
bool FramesWait(const telemetry::Source& source) {
  const bool watched = source.state() != telemetry::Source::PAUSED &&
                       source.state() != telemetry::Source::ENDED &&
                       source.state() != telemetry::Source::OPENING;
  return watched && source.queued() > 0;
}

}  // namespace

bool Progress::GetsOn(const StatusSnapshot& status, const std::vector<telemetry::Source>& sources,
                      Instant now) {
  const bool ended = std::ranges::all_of(sources, [](const telemetry::Source& source) {
    return source.state() == telemetry::Source::ENDED;
  });
  const bool has_work = (status.asleep && !ended) || std::ranges::any_of(sources, FramesWait);
  if (!has_work) busy_since_.reset();
  if (!has_work) return true;
  if (!busy_since_) busy_since_ = now;
  return now - std::max(*busy_since_, status.last_progress) < kNoProgressFor;
}

}  // namespace hypnos

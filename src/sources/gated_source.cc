#include "sources/gated_source.h"

#include <utility>

namespace hypnos {
namespace {

// A source that flickers must not fill the log.
constexpr Duration kTellEvery = std::chrono::seconds(10);

}  // namespace

GatedSource::GatedSource(std::unique_ptr<Source> source, const LearningGateOptions& options,
                         const Clock& clock, std::function<void(GateVerdict)> on_change)
    : source_(std::move(source)), clock_(clock), on_change_(std::move(on_change)), gate_(options) {}

Result<FrameOrEnd> GatedSource::Next() {
  Result<FrameOrEnd> next = source_->Next();
  if (!next.ok() || !std::holds_alternative<Frame>(*next)) return next;
  Frame& frame = std::get<Frame>(*next);
  gate_.Judge(frame, clock_.Now());
  Tell(frame.gate);
  const std::lock_guard lock(mutex_);
  counts_ = gate_.counts();
  return next;
}

GateCounts GatedSource::gate_counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

void GatedSource::Tell(GateVerdict verdict) {
  if (verdict == told_ || verdict == GateVerdict::kDuplicate) return;
  const Instant now = clock_.Now();
  if (told_at_ && now - *told_at_ < kTellEvery) return;
  told_at_ = now;
  told_ = verdict;
  if (on_change_) on_change_(verdict);
}

}  // namespace hypnos

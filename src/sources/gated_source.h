// A source whose frames have passed a learning gate.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "hypnos/base/clock.h"
#include "hypnos/sources/learning_gate.h"
#include "hypnos/sources/source.h"

namespace hypnos {

class GatedSource final : public Source {
 public:
  // `clock` must outlive it. `on_change` is told, by the thread that reads, where the gate begins
  // or ends to be shut by more than a duplicate, at most every ten seconds; it may be empty.
  GatedSource(std::unique_ptr<Source> source, const LearningGateOptions& options,
              const Clock& clock, std::function<void(GateVerdict)> on_change);

  Result<FrameOrEnd> Next() override;
  bool GoOn(const SourcePlace& place) override { return source_->GoOn(place); }
  bool live() const override { return source_->live(); }
  std::optional<int64_t> frame_count() const override { return source_->frame_count(); }
  int64_t unreadable_frames() const override { return source_->unreadable_frames(); }
  SourceHealth health() const override { return source_->health(); }
  GateCounts gate_counts() const override;
  void Interrupt() override { source_->Interrupt(); }
  std::string Describe() const override { return source_->Describe(); }

 private:
  void Tell(GateVerdict verdict);

  const std::unique_ptr<Source> source_;
  const Clock& clock_;
  const std::function<void(GateVerdict)> on_change_;
  LearningGate gate_;
  GateVerdict told_ = GateVerdict::kOpen;
  std::optional<Instant> told_at_;
  mutable std::mutex mutex_;
  GateCounts counts_;  // guarded
};

}  // namespace hypnos

// A source that could give its frames as fast as they are wanted, and gives each at its time.
// What begins anew (another round, another entry of a playlist) goes on a frame's length after what
// was before. A frame that is late comes at once; one that is late by more than kLate is not caught
// up with, and all after it come so much later.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "hypnos/base/clock.h"
#include "hypnos/sources/source.h"

namespace hypnos {

struct PaceParts {
  // Must outlive the source.
  const Clock* clock;
  // False: interrupted.
  std::function<bool(Duration)> wait;
  // Ends every wait.
  std::function<void()> interrupt;
};

class PacedSource final : public Source {
 public:
  static constexpr Duration kLate = std::chrono::seconds(1);

  PacedSource(std::unique_ptr<Source> source, PaceParts parts)
      : source_(std::move(source)), parts_(std::move(parts)) {}

  // EndOfStream where it was interrupted.
  Result<FrameOrEnd> Next() override;
  // Without waiting for their time.
  void PassOver(uint64_t frames) override { source_->PassOver(frames); }
  bool GoOn(const SourcePlace& place) override { return source_->GoOn(place); }
  bool live() const override { return source_->live(); }
  std::optional<int64_t> frame_count() const override { return source_->frame_count(); }
  int64_t unreadable_frames() const override { return source_->unreadable_frames(); }
  SourceHealth health() const override { return source_->health(); }
  GateCounts gate_counts() const override { return source_->gate_counts(); }
  void Interrupt() override;
  std::string Describe() const override { return source_->Describe() + ", in its own time"; }

 private:
  // False: interrupted.
  bool WaitFor(const Frame& frame);

  const std::unique_ptr<Source> source_;
  const PaceParts parts_;
  std::atomic<bool> interrupted_ = false;
  std::optional<Instant> due_;  // of the frame given last; nothing: none was
  Duration last_time_{};        // its presentation time
  Duration interval_{};         // from the one before to it
};

}  // namespace hypnos

// A camera or stream that is watched once: they cannot wait, and have no end of their own. Where it
// breaks off, that is an error.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "hypnos/imaging/video_capture.h"
#include "sources/frame_stamp.h"
#include "sources/presentation_clock.h"
#include "sources/sticky_source.h"

namespace hypnos {

struct LiveSourceText {
  std::string description;  // "camera '/dev/video0'", passwords masked
  std::string lost_reason;  // of the error when no more pictures come: "CAMERA_LOST"
};

class LiveSource final : public StickySource {
 public:
  LiveSource(
      const SourceIdentity& identity, LiveSourceText text, std::unique_ptr<VideoCapture> capture,
      std::function<void()> interrupt = [] {});

  bool live() const override { return true; }
  std::optional<int64_t> frame_count() const override { return std::nullopt; }
  std::string Describe() const override;
  int64_t unreadable_frames() const override { return unreadable_; }
  SourceHealth health() const override { return {.over_rate = over_rate_}; }
  void Interrupt() override { interrupt_(); }

 private:
  Result<FrameOrEnd> Advance() override;
  Result<FrameOrEnd> EndOrLoss();
  Error Lost(const std::string& why) const;

  const LiveSourceText text_;
  const std::unique_ptr<VideoCapture> capture_;
  const std::function<void()> interrupt_;
  const VideoProperties properties_;
  PresentationClock clock_;
  FrameStamp stamp_;
  Duration last_time_{};
  std::atomic<int64_t> unreadable_ = 0;
  std::atomic<int64_t> over_rate_ = 0;
};

}  // namespace hypnos

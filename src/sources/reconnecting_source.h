// A camera or stream that may come and go for months: connected to again and again, with a longer
// wait each time. Frames after a loss begin anew (Discontinuity::kReconnect); their times go on by
// the clock.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "hypnos/base/backoff.h"
#include "hypnos/base/rng.h"
#include "hypnos/imaging/video_capture.h"
#include "hypnos/sources/live_options.h"
#include "hypnos/sources/source.h"
#include "sources/frame_stamp.h"
#include "sources/presentation_clock.h"

namespace hypnos {

struct ReconnectingParts {
  std::string description;  // "camera '/dev/video0'", passwords masked
  // A capture whose Grab gives up with reason SILENT after a moment, and with INTERRUPTED where it
  // shall end; both of them also where connecting does.
  std::function<Result<std::unique_ptr<VideoCapture>>()> connect;
  // False: interrupted.
  std::function<bool(Duration)> wait;
  // Ends what waits in connect, Grab or wait.
  std::function<void()> interrupt;
  Duration stall;
  // Must outlive the source.
  const Clock* clock;
  Rng rng;
  std::function<void(const SourceHealth&)> on_change;
};

class ReconnectingSource final : public Source {
 public:
  ReconnectingSource(const SourceIdentity& identity, ReconnectingParts parts);

  // EndOfStream where it was interrupted or a recording has come to its end; never an error.
  Result<FrameOrEnd> Next() override;
  bool live() const override { return true; }
  std::optional<int64_t> frame_count() const override { return std::nullopt; }
  int64_t unreadable_frames() const override;
  std::string Describe() const override;
  SourceHealth health() const override;
  void Interrupt() override { parts_.interrupt(); }

 private:
  // What one try to get the next frame came to.
  enum class Turn { kFrame, kAgain, kEnd };
  Turn Connect();
  Turn Read(Frame* frame);
  void Hear(Instant now);
  Turn Silent();
  Turn Ended();
  Turn Damaged();
  Turn OverRate();
  Turn Lose(const std::string& why);
  void End();
  void Become(const SourceHealth& change);

  const ReconnectingParts parts_;
  std::unique_ptr<VideoCapture> capture_;  // null: not connected
  PresentationClock clock_{0};
  FrameStamp stamp_;
  Backoff backoff_;
  std::optional<Duration> wait_;  // before the next try
  Duration base_{};               // presentation time at which the connection began
  Duration last_time_{};
  Instant last_heard_;    // a picture, or that it is connected
  Instant last_picture_;  // of this connection or the one before
  Instant connected_;
  double interval_seconds_ = 0;  // between pictures, of late; 0: not known
  int64_t pictures_here_ = 0;    // of this connection, damaged and passed over ones included
  bool heard_before_ = false;    // on any connection
  int damaged_in_a_row_ = 0;
  bool ended_ = false;

  mutable std::mutex mutex_;
  SourceHealth health_;         // guarded; retry_in as of since_
  Instant since_;               // guarded; the present state
  int64_t unreadable_ = 0;      // guarded
  VideoProperties properties_;  // guarded
};

}  // namespace hypnos

// Which frames of a camera or stream say nothing new, or nothing true: seen and counted, but not
// learned from. A camera that has lost its signal goes on sending grey pictures, one that hangs the
// same picture, and what is sent late through a slow network is no longer what happens.
//   duplicate    the same picture as before, bit for bit
//   frozen       ... for so long, by the stream's time, that more is wrong than a frame sent twice
//   placeholder  black, grey or of another single colour, all but a few pixels
//   stale        later by so much than the freshest frame of the connection, by the stream's time
//   concealed    decoded from damaged data: parts of it are made up (imaging/video_capture.h)
// A stream that is not in time again after a minute has times that say nothing (its clock was set,
// or it sends pictures more slowly than it says): until it is connected anew, none is stale.
// The first frame that is learned from after frozen, placeholder, stale or concealed ones does not
// continue what was before (Discontinuity::kGap). Threads: thread-compatible.
#pragma once

#include <cstdint>
#include <optional>

#include "hypnos/base/clock.h"
#include "hypnos/sources/frame.h"

namespace hypnos {

struct LearningGateOptions {
  Duration frozen = std::chrono::seconds(5);
  // Of the pixels, that differ from one colour by 4 of 256 levels at most in every channel.
  double placeholder_share = 0.98;
  Duration stale = std::chrono::seconds(5);
};

struct GateCounts {
  int64_t duplicate = 0;
  int64_t frozen = 0;
  int64_t placeholder = 0;
  int64_t stale = 0;
  int64_t concealed = 0;
};

class LearningGate {
 public:
  explicit LearningGate(const LearningGateOptions& options) : options_(options) {}

  // Of the next frame, which arrived at `now`. Sets its verdict, and its discontinuity where it
  // does not go on from what was let through before.
  void Judge(Frame& frame, Instant now);

  const GateCounts& counts() const { return counts_; }

 private:
  GateVerdict Verdict(const Frame& frame, Instant now);
  GateVerdict CompareWithLast(const Frame& frame);
  bool IsPlaceholder(const Image& image) const;
  bool IsStale(const Frame& frame, Instant now);
  void Count(GateVerdict verdict);

  const LearningGateOptions options_;
  GateCounts counts_;
  Image last_;
  Duration changed_{};  // presentation time of its first one
  int64_t same_ = 0;    // as last_, one after the other
  // Of the freshest frame of the connection: how far the clock was ahead of the stream's time.
  std::optional<Duration> least_ahead_;
  std::optional<Instant> late_since_;
  bool times_say_nothing_ = false;
  bool shut_ = false;  // by more than a duplicate
};

}  // namespace hypnos

// Where frames come from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "hypnos/base/result.h"
#include "hypnos/sources/frame.h"
#include "hypnos/sources/learning_gate.h"
#include "hypnos/sources/source_health.h"

namespace hypnos {

// Every frame has been given; expected, so not an error.
struct EndOfStream {};

using FrameOrEnd = std::variant<Frame, EndOfStream>;

// Threads: one thread calls Next; any may call the others meanwhile.
class Source {
 public:
  virtual ~Source() = default;

  // The next frame; blocks until there is one. After EndOfStream or an error, the same again.
  // Errors: kDataLoss where a file broke off before its end, kUnavailable where a live source did,
  // both naming source and frame; those of opening where a round begins.
  virtual Result<FrameOrEnd> Next() = 0;

  // Reads so many frames and forgets them: whoever has seen them already goes on behind them. Of a
  // source that is not live, before anything else is read. Where it ends before, Next says how.
  virtual void PassOver(uint64_t frames) {
    for (uint64_t passed = 0; passed < frames; ++passed) {
      const Result<FrameOrEnd> next = Next();
      if (!next.ok() || std::holds_alternative<EndOfStream>(*next)) return;
    }
  }

  // Before anything else is read: the last frame that has been seen already had this place. True:
  // the next frame is the one behind it. False: it is the first there is, and what was seen must be
  // passed over where the source gives the same frames again; what was found out before holds.
  virtual bool GoOn(const SourcePlace& /*place*/) { return false; }

  // A live source cannot wait: what is not taken in time is lost.
  virtual bool live() const = 0;

  // How many frames Next will give in all, where that is known: for progress bars. An estimate.
  virtual std::optional<int64_t> frame_count() const = 0;

  // Frames that were there but could not be decoded, and were passed over.
  virtual int64_t unreadable_frames() const { return 0; }

  // How one that may come and go is doing; others are always live.
  virtual SourceHealth health() const { return {}; }
  // Frames that were given, but are not to be learned from.
  virtual GateCounts gate_counts() const { return {}; }
  // Ends a wait for the next frame, and every one to come, where that can be done: EndOfStream.
  virtual void Interrupt() {}

  // "file 'vtest.avi', 768x576, 10 frames/s": for people; passwords masked.
  virtual std::string Describe() const = 0;
};

}  // namespace hypnos

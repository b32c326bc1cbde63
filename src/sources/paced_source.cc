#include "sources/paced_source.h"

#include <utility>

namespace hypnos {

Result<FrameOrEnd> PacedSource::Next() {
  if (interrupted_) return FrameOrEnd(EndOfStream{});
  Result<FrameOrEnd> next = source_->Next();
  if (!next.ok() || std::holds_alternative<EndOfStream>(*next)) return next;
  if (!WaitFor(std::get<Frame>(*next)) || interrupted_) return FrameOrEnd(EndOfStream{});
  return next;
}

bool PacedSource::WaitFor(const Frame& frame) {
  const Instant now = parts_.clock->Now();
  if (!due_) {
    due_ = now;
  } else {
    // A time that is less than the one before is of another clip.
    if (frame.presentation_time >= last_time_) interval_ = frame.presentation_time - last_time_;
    *due_ += interval_;
  }
  last_time_ = frame.presentation_time;
  if (now - *due_ > kLate) due_ = now;
  return *due_ <= now || parts_.wait(*due_ - now);
}

void PacedSource::Interrupt() {
  interrupted_ = true;
  parts_.interrupt();
  source_->Interrupt();
}

}  // namespace hypnos

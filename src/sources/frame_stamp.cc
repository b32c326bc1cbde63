#include "sources/frame_stamp.h"

#include <utility>

namespace hypnos {

FrameStamp::FrameStamp(SourceIdentity identity) : identity_(std::move(identity)) {}

Frame FrameStamp::Stamp(Image image, Duration presentation_time) {
  const bool same_size = image.width() == width_ && image.height() == height_;
  if (!same_size) pending_ = Stronger(pending_, Discontinuity::kResize);
  width_ = image.width();
  height_ = image.height();
  return {.clip = identity_.name,
          .index = index_++,
          .presentation_time = presentation_time,
          .discontinuity = std::exchange(pending_, Discontinuity::kNone),
          .learn = identity_.learn,
          .image = std::move(image)};
}

void FrameStamp::Skip() {
  ++index_;
  BeginAfterGap();
}

void FrameStamp::BeginAfterGap() { pending_ = Stronger(pending_, Discontinuity::kGap); }

void FrameStamp::BeginAnew() { pending_ = Stronger(pending_, Discontinuity::kReconnect); }

void FrameStamp::BeginRound() {
  index_ = 0;
  pending_ = Stronger(pending_, Discontinuity::kLoop);
}

void FrameStamp::GoOn(int64_t index) {
  index_ = index;
  pending_ = Discontinuity::kNone;
}

void FrameStamp::BeginFolder() { pending_ = Stronger(pending_, Discontinuity::kClip); }

}  // namespace hypnos

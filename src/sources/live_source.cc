#include "sources/live_source.h"

#include <utility>

#include "hypnos/base/format.h"
#include "sources/truncation.h"

namespace hypnos {
namespace {

// A damaged picture now and then is the weather; nothing but damaged ones is a broken source.
constexpr int kDamagedInARow = 100;

}  // namespace

LiveSource::LiveSource(const SourceIdentity& identity, LiveSourceText text,
                       std::unique_ptr<VideoCapture> capture, std::function<void()> interrupt)
    : StickySource(identity),
      text_(std::move(text)),
      capture_(std::move(capture)),
      interrupt_(std::move(interrupt)),
      properties_(capture_->properties()),
      clock_(properties_.frame_rate_hz),
      stamp_(identity) {}

std::string LiveSource::Describe() const {
  if (properties_.width == 0) return text_.description;
  return Format("{}, {}x{}", text_.description, properties_.width, properties_.height);
}

Result<FrameOrEnd> LiveSource::Advance() {
  for (int damaged = 0; damaged < kDamagedInARow;) {
    const Result<bool> more = capture_->Grab();
    if (!more.ok() && more.error().code == Code::kCancelled) return FrameOrEnd(EndOfStream{});
    if (!more.ok()) return Lost(more.error().message);
    if (!*more) return EndOrLoss();
    stamp_.PassOver(capture_->passed_over());
    last_time_ = clock_.Next(capture_->time(), capture_->passed_over());
    if (capture_->over_rate()) {
      stamp_.PassOver(1);
      ++over_rate_;
      continue;
    }
    Image image;
    const bool concealed = capture_->concealed();
    const auto grabbed = capture_->grabbed_at();
    if (capture_->Retrieve(&image).ok()) {
      Frame frame = stamp_.Stamp(std::move(image), last_time_);
      frame.concealed = concealed;
      frame.captured = grabbed;
      return FrameOrEnd(std::move(frame));
    }
    stamp_.Skip();
    ++unreadable_;
    ++damaged;
  }
  return Lost(Format("{} damaged frames in a row", kDamagedInARow));
}

Result<FrameOrEnd> LiveSource::EndOrLoss() {
  if (const int64_t unseen = capture_->passed_over(); unseen > 0) {
    stamp_.PassOver(unseen);
    last_time_ = clock_.Next(capture_->time(), unseen - 1);
  }
  const bool recording = properties_.frame_count > 0;
  if (recording && !IsClearlyShort(properties_, stamp_.index(), last_time_))
    return FrameOrEnd(EndOfStream{});
  return Lost("no more frames come");
}

Error LiveSource::Lost(const std::string& why) const {
  return {Code::kUnavailable, text_.lost_reason,
          Format("{}: after {} frames: {}", text_.description, stamp_.index(), why)};
}

}  // namespace hypnos

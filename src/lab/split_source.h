// A clip of which the beginning is learned from and the rest only looked at, so that it is fair to
// be judged on. The two are parted by a cut.
// Threads: as Source.
#pragma once

#include <memory>
#include <utility>

#include "hypnos/sources/source.h"

namespace hypnos::lab {

class SplitSource final : public Source {
 public:
  // `frames` in all, of which the first `learned` are learned from.
  SplitSource(std::unique_ptr<Source> source, int64_t learned, int64_t frames)
      : source_(std::move(source)), learned_(learned), frames_(frames) {}

  Result<FrameOrEnd> Next() override {
    if (given_ == frames_) return FrameOrEnd(EndOfStream{});
    HYPNOS_ASSIGN_OR_RETURN(FrameOrEnd next, source_->Next());
    if (std::holds_alternative<EndOfStream>(next)) return next;
    auto& frame = std::get<Frame>(next);
    frame.learn = given_ < learned_;
    if (given_ == learned_) {
      frame.discontinuity = Stronger(frame.discontinuity, Discontinuity::kClip);
    }
    ++given_;
    return next;
  }

  bool live() const override { return source_->live(); }
  std::optional<int64_t> frame_count() const override { return frames_; }
  std::string Describe() const override { return source_->Describe(); }

 private:
  std::unique_ptr<Source> source_;
  int64_t learned_;
  int64_t frames_;
  int64_t given_ = 0;
};

}  // namespace hypnos::lab

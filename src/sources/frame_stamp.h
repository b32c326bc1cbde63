// Makes frames of pictures: numbers them and finds the discontinuities.
#pragma once

#include <cstdint>

#include "hypnos/sources/frame.h"
#include "hypnos/sources/source_identity.h"

namespace hypnos {

class FrameStamp {
 public:
  explicit FrameStamp(SourceIdentity identity);

  Frame Stamp(Image image, Duration presentation_time);

  // A frame that was there is not given.
  void Skip();

  // So many frames were there that nobody had room for. Time passes faster for once, no more.
  void PassOver(int64_t frames) { index_ += frames; }

  // The next frame comes long after the last one, and none in between is missing.
  void BeginAfterGap();

  // The next frame is of another connection.
  void BeginAnew();

  // The next frame begins another round.
  void BeginRound();

  // The next frame, of this index, follows one that another has stamped.
  void GoOn(int64_t index);

  // The next frame is the first of another folder.
  void BeginFolder();

  // Of the next frame.
  int64_t index() const { return index_; }

 private:
  const SourceIdentity identity_;
  int64_t index_ = 0;
  Discontinuity pending_ = Discontinuity::kStart;
  int width_ = 0;
  int height_ = 0;
};

}  // namespace hypnos

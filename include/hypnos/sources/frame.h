// One frame of a source, and how it follows the frame before.
#pragma once

#include <cstdint>
#include <string>

#include "hypnos/base/clock.h"
#include "hypnos/imaging/image.h"

namespace hypnos {

// Why a frame does not continue the one before it. It resets recurrent state, is counted by
// reason, and no dream may span it.
enum class Discontinuity {
  kNone,
  kStart,   // first frame of the source
  kClip,    // first frame of a playlist's next entry
  kLoop,    // first frame of the next round
  kResize,  // the picture changed its size
  kGap,     // frames in between were dropped
};

const char* ToString(Discontinuity discontinuity);

struct Frame {
  // The name of the source, or of the playlist's entry.
  std::string clip;
  // Counts the frames of the clip from 0, dropped ones included; starts anew with each round.
  int64_t index = 0;
  // Since the beginning of the clip; never decreases within it.
  Duration presentation_time{};
  Discontinuity discontinuity = Discontinuity::kNone;
  bool learn = true;
  Image image;
};

}  // namespace hypnos

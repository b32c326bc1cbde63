// Whether a file that has ended was meant to go on.
//
// What a file says of its length is exact in some containers, an estimate from duration and frame
// rate in others, and wrong where the frame rate varies or the sound is longer than the picture.
// So a file is called truncated only when it misses more than three frames, more than 5 % of its
// frames and more than 5 % of its duration: an estimate that is off goes wrong in one of the two.
#pragma once

#include <cstdint>

#include "hypnos/base/clock.h"
#include "hypnos/imaging/video_capture.h"

namespace hypnos {

// `frames` were read, the last of them shown at `last_time` since the first.
bool IsClearlyShort(const VideoProperties& properties, int64_t frames, Duration last_time);

}  // namespace hypnos

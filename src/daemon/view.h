// What is seen and dreamed, as pictures for whoever follows it. Pure functions. Threads: safe.
#pragma once

#include <string>

#include "hypnos/base/clock.h"
#include "hypnos/pipeline/look.h"
#include "proto/control.pb.h"

namespace hypnos {

// Precondition: a look with LookParts::picture.
control::View ViewOf(const Look& look, VideoEncoderOptions::Colour colour, WallTime now);

// As JPEG. Precondition: a look with LookParts::dream that has one.
std::string DreamedFrameOf(const Look& look, VideoEncoderOptions::Colour colour);

}  // namespace hypnos

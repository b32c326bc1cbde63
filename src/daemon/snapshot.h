// What is seen now, what is expected next, and where the network is surprised and sure.
#pragma once

#include "hypnos/pipeline/look.h"
#include "proto/control.pb.h"

namespace hypnos {

inline constexpr LookParts kSnapshotParts = {.picture = true};

// Precondition: a look with kSnapshotParts. Threads: safe.
control::SnapshotResponse SnapshotOf(const Look& look, VideoEncoderOptions::Colour colour);

}  // namespace hypnos

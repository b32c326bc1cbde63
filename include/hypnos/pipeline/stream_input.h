// A stream of frames, as whoever runs a pipeline hands it over. Threads: a value.
#pragma once

#include <string>

#include "hypnos/sources/frame_queue.h"

namespace hypnos {

struct StreamInput {
  // Unique among those that go on.
  std::string name;
  // Must outlive the run, or be removed before.
  FrameQueue* queue = nullptr;
  // It is waited for where it is its turn and it has no frame ready: what is read from a disk, or
  // made, soon has one, and the order of frames then hangs on no clock. Others are passed over.
  bool waited_for = true;
};

}  // namespace hypnos

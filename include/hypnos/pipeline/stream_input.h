// A stream of frames, as whoever runs a pipeline hands it over. Threads: a value.
#pragma once

#include <memory>
#include <string>

#include "hypnos/sources/frame_queue.h"
#include "hypnos/sources/source_place.h"

namespace hypnos {

struct StreamInput {
  // Unique among those that go on.
  std::string name;
  // Must outlive the run, or be removed before.
  FrameQueue* queue = nullptr;
  // It always has a frame soon, as what is read from a disk, or made. Where that is so of all
  // streams, each is waited for in its turn, and the order of frames hangs on no clock. Beside
  // others it is passed over like them when it has none: a disk that is slow must not cost a camera
  // its frames.
  bool waited_for = true;
  // Where the pipeline was loaded: its next frame is the one after the last that the stream of this
  // name had given. Otherwise it begins anew.
  bool continues = false;
  // Behind what another source of this name has given, where this one goes on there: saved as its
  // place until it has given a frame. May be null.
  std::shared_ptr<const SourcePlace> place = nullptr;
};

}  // namespace hypnos

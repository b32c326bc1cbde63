// Writes a Motion-JPEG AVI file: large, but every frame stands alone and every player reads it.
// Threads: thread-compatible.
#pragma once

#include <memory>
#include <string>

#include "hypnos/base/result.h"
#include "hypnos/imaging/image.h"

namespace hypnos {

class VideoWriter {
 public:
  virtual ~VideoWriter() = default;  // closes

  // Precondition: grey or BGR, of the size given at creation.
  virtual Status Write(const Image& image) = 0;
};

// The path must end in ".avi". Errors: kUnavailable where the file cannot be written.
Result<std::unique_ptr<VideoWriter>> CreateVideo(const std::string& path, int width, int height,
                                                 double frame_rate_hz);

}  // namespace hypnos

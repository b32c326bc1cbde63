// A video file: every frame exactly once a round, in order.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "hypnos/base/result.h"
#include "hypnos/sources/source.h"
#include "hypnos/sources/source_identity.h"

namespace hypnos {

struct FileSourceOptions {
  std::string path;
  // How often to play it; 0 plays it for ever.
  uint32_t rounds = 1;
  // The part to play, in the file's own time; frame index and presentation time count from its
  // first frame. An end of 0 is the end of the file.
  double start_seconds = 0;
  double end_seconds = 0;
};

// Errors: kNotFound, kPermissionDenied; kInvalidArgument with reason NOT_A_VIDEO or NO_FRAMES, or
// naming the option; kOutOfRange where the file ends before the start.
// Next: kDataLoss, reason TRUNCATED, after the last frame of a file that is clearly shorter than it
// says.
Result<std::unique_ptr<Source>> OpenFileSource(const SourceIdentity& identity,
                                               const FileSourceOptions& options);

}  // namespace hypnos

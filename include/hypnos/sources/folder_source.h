// A folder of images, in natural order of their names: frame2 before frame10. Files that are not
// named like images are passed over.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "hypnos/base/result.h"
#include "hypnos/sources/source.h"
#include "hypnos/sources/source_identity.h"

namespace hypnos {

struct FolderSourceOptions {
  std::string path;
  double frame_rate_hz = 25;
  // How often to play it; 0 plays it for ever.
  uint32_t rounds = 1;
};

// An image that cannot be read is logged, counted in unreadable_frames(), skipped, and leaves a
// gap. Errors: kNotFound; kPermissionDenied; kInvalidArgument for what is no folder;
// kInvalidArgument with reason NO_FRAMES where it holds no image. Next: kDataLoss where none of the
// images could be read.
Result<std::unique_ptr<Source>> OpenFolderSource(const SourceIdentity& identity,
                                                 const FolderSourceOptions& options);

}  // namespace hypnos

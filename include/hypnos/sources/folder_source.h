// A folder of images, in natural order of their names: frame2 before frame10. Files that are not
// named like images are passed over. Or a folder of such folders, one after the other, each of
// which begins anew.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "hypnos/base/result.h"
#include "hypnos/sources/source.h"
#include "hypnos/sources/source_identity.h"

namespace hypnos {

struct FolderSourceOptions {
  std::string path;
  double frame_rate_hz = 25;
  // How often to play it; 0 plays it for ever.
  uint32_t rounds = 1;
  // The images of its sub-folders instead of its own; hidden ones are passed over.
  bool subfolders = false;
  // Each image's label is the name of the folder in which it lies; empty: images have none.
  std::vector<std::string> label_classes = {};
};

// An image that cannot be read is logged, counted in unreadable_frames(), skipped, and leaves a
// gap. Errors: kNotFound; kPermissionDenied; kInvalidArgument for what is no folder;
// kInvalidArgument with reason NO_FRAMES where it holds no image, BAD_LABELS where the name of a
// folder is none of the classes. Next: kDataLoss where none of the
// images could be read.
Result<std::unique_ptr<Source>> OpenFolderSource(const SourceIdentity& identity,
                                                 const FolderSourceOptions& options);

}  // namespace hypnos

// Saves beside the work that goes on: a child process sees the state as it was at the fork,
// whatever its parent does to it from then on, and writes it. Nothing is copied but pages that the
// parent writes to meanwhile, by the kernel. The child opens and writes files, and does nothing
// else; it holds no descriptor of its parent's, and ends with it. Where a sanitizer watches, which
// a fork of many threads would confuse, the state is written at once instead. Threads: one starts
// and one waits, one after the other; the child ends with the thread that has started it. Errors:
// those of CheckpointFolder::Save; kUnavailable, reason NO_CHILD, where there is no child, or it
// did not come to its end.
#pragma once

#include <sys/types.h>

#include <optional>

#include "hypnos/base/result.h"
#include "hypnos/checkpoint/checkpoint_folder.h"

namespace hypnos {

class BackgroundSave {
 public:
  BackgroundSave() = default;
  // Ends what is under way.
  ~BackgroundSave();
  BackgroundSave(const BackgroundSave&) = delete;
  BackgroundSave& operator=(const BackgroundSave&) = delete;

  // Precondition: none is under way. All may change as soon as this returns.
  Status Start(CheckpointFolder& folder, const CheckpointFacts& facts, const StatePicture& state);
  // Waits for the one that was started.
  Result<CheckpointInfo> Wait();

 private:
  std::optional<Result<CheckpointInfo>> done_;  // where it was written at once
  CheckpointFacts facts_;
  pid_t child_ = -1;
  int read_end_ = -1;
};

}  // namespace hypnos

// The folder in which checkpoints are kept: one file a generation, the newest ones.
//   checkpoint-000000000017.safetensors           a generation, whole
//   checkpoint-000000000018.safetensors.tmp       one that is being written, or was not finished
//   checkpoint-000000000016.safetensors.damaged   one that was found not to be what was written
// A generation is written under another name, synced, renamed, and the folder synced; only then do
// older ones make room. So whatever fails, and whenever the machine stops, those from before are
// there, and what bears a generation's name was whole when it got it.
// Threads: thread-compatible; one at a time writes to a folder, see folder_lock.h.
// Errors: those of the file system, of checkpoint_file.h, and kNotFound, reason
// CHECKPOINT_NOT_FOUND.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hypnos/base/clock.h"
#include "hypnos/base/file_system.h"
#include "hypnos/checkpoint/checkpoint_file.h"

namespace hypnos {

struct RetentionOptions {
  // Generations, at least 1.
  size_t keep = 3;
  // Of all generations together, and how old one may be; 0: no matter. The newest one always stays.
  uint64_t budget_bytes = 0;
  Duration age{};
};

struct CheckpointInfo {
  std::string name;  // "checkpoint-000000000017"
  uint64_t bytes = 0;
  CheckpointFacts facts;
};

class CheckpointFolder {
 public:
  // `files` must outlive it.
  CheckpointFolder(FileSystem& files, std::string path, const RetentionOptions& retention)
      : files_(files), path_(std::move(path)), retention_(retention) {}

  const std::string& path() const { return path_; }

  // Removes what was not finished. Not while one is being written.
  void RemoveUnfinished();

  // By name, the newest first, as their heads have it; one whose head cannot be read is left out.
  // Empty where the folder is not there yet.
  Result<std::vector<CheckpointInfo>> List();

  // Durable on return. Where it fails, nothing but perhaps an unfinished file has changed.
  Result<CheckpointInfo> Save(const CheckpointFacts& facts, const StatePicture& state);

  // Read whole. An empty name: the newest.
  Result<CheckpointFile> Open(const std::string& name);
  Result<CheckpointInfo> Verify(const std::string& name);

  // The newest one that is undamaged, with its name. Those before it were not, are put aside, and
  // `damaged` says why. kNotFound: there is none at all; kDataLoss, reason ALL_DAMAGED.
  struct Opened {
    std::string name;
    CheckpointFile file;
  };
  Result<Opened> OpenNewestGood(std::vector<Error>* damaged);

 private:
  // Generations in the folder, the newest first.
  Result<std::vector<uint64_t>> Generations();
  Result<std::string> Name(const std::string& name);
  std::string PathOf(const std::string& name) const;
  void MakeRoom(WallTime now);

  FileSystem& files_;
  const std::string path_;
  const RetentionOptions retention_;
};

}  // namespace hypnos

// One checkpoint: a safetensors file whose last tensor, "xxh3", is the XXH3 of all bytes before its
// own eight. src/checkpoint/README.md describes the bytes.
// Errors: those of the file system; kDataLoss, reason CHECKPOINT_DAMAGED, for what is not what was
// written; kFailedPrecondition, reason CHECKPOINT_VERSION, for what another version has written.
// Each names the file.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "hypnos/base/clock.h"
#include "hypnos/base/file_system.h"
#include "hypnos/base/state_archive.h"
#include "hypnos/checkpoint/safetensors.h"
#include "hypnos/checkpoint/state_picture.h"

namespace hypnos {

// Beside the tensors.
struct CheckpointFacts {
  // Of what has written it.
  std::string program = {};
  WallTime time{};
  // Frames that had been seen, and steps that had been learned from.
  uint64_t frames = 0;
  uint64_t steps = 0;
  // The configuration, as its owner writes it; a hash of it is written beside it.
  std::string config = {};
};

// A new file, durable on return but for its name. Returns its size.
Result<uint64_t> WriteCheckpoint(FileSystem& files, const std::string& path,
                                 const CheckpointFacts& facts, const StatePicture& state);

// A name for a text that changes with it: 16 digits.
std::string HashOf(const std::string& text);

// Threads: thread-compatible.
class CheckpointFile {
 public:
  // Reads its head only: what it says is not certain.
  static Result<CheckpointFile> Open(FileSystem& files, const std::string& path);
  // Reads all of it, and finds it as it was written.
  static Result<CheckpointFile> OpenVerified(FileSystem& files, const std::string& path);

  const CheckpointFacts& facts() const { return facts_; }
  const std::vector<TensorPlace>& tensors() const { return head_.tensors; }
  uint64_t bytes() const { return file_->size(); }
  // False: what was remembered was left out, and only its digest is there.
  bool has_memory() const;

 private:
  friend class CheckpointLoader;

  CheckpointFile(std::string path, std::unique_ptr<ReadableFile> file)
      : path_(std::move(path)), file_(std::move(file)) {}

  Status ReadHead();
  Status Verify() const;
  Error Damaged(const std::string& why) const;

  std::string path_;
  std::unique_ptr<ReadableFile> file_;
  SafetensorsHead head_;
  CheckpointFacts facts_;
  uint64_t data_begin_ = 0;
};

// Reads the tensors into the objects that name them. The file must outlive it.
class CheckpointLoader final : public StateArchive {
 public:
  explicit CheckpointLoader(const CheckpointFile& file);

  // After all was named. kFailedPrecondition, reason STATE_DOES_NOT_FIT: something did not fit, or
  // was not asked for.
  Status Finish() const;

 private:
  void Save(const std::string& name, ElementType type, const Shape& shape, const Parts& parts,
            bool copied) override;
  Status Load(const std::string& name, ElementType type, const Shape& shape,
              const Parts& parts) override;
  void PassOverAll(const std::string& prefix) override;
  bool ShapeOf(const std::string& name, Shape* shape) const override;
  const TensorPlace* Find(const std::string& name) const;

  const CheckpointFile& file_;
  std::map<std::string, const TensorPlace*> by_name_;
  std::set<std::string> taken_;
};

}  // namespace hypnos

// A session log that is learned from again, from its beginning to its end.
// Threads: as InputScript.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "daemon/session_events.h"
#include "hypnos/checkpoint/checkpoint_file.h"
#include "hypnos/record/session_reader.h"

namespace hypnos {

class SessionReplay final : public InputScript {
 public:
  // kFailedPrecondition, reason NOT_FROM_THE_START, where its beginning is no longer there, be it
  // the first segment or the checkpoint that it went on from; errors of SessionReader.
  static Result<std::unique_ptr<SessionReplay>> Open(FileSystem& files, const std::string& path);

  // Before the first Next: the configuration of the network that is to learn.
  void SetRules(const InputRules& rules) { rules_ = rules; }

  const session::Header& header() const { return reader_->header(); }

  // kDataLoss: MISSING where the recording says that something is, or what it does not have; those
  // of InputOf, and of checkpoint_file.h.
  Result<std::optional<TimedInput>> Next() override;

  // What the weights were when the recording ended; none where that was not in order.
  const std::optional<uint64_t>& weights() const { return weights_; }

 private:
  SessionReplay(FileSystem& files, std::unique_ptr<SessionReader> reader)
      : files_(files), reader_(std::move(reader)) {}

  // From a file of the session's folder.
  struct SavedState {
    explicit SavedState(CheckpointFile read) : file(std::move(read)), loader(file) {}
    const CheckpointFile file;
    CheckpointLoader loader;
  };

  bool BeginsWithItsCheckpoint() const;
  Result<std::optional<session::Event>> NextEvent();
  Result<TimedInput> StateOf(const session::Event& event);

  FileSystem& files_;
  const std::unique_ptr<SessionReader> reader_;
  // Read, and not given yet.
  std::optional<Result<std::optional<session::Event>>> ahead_;
  std::shared_ptr<SavedState> replaced_;  // given last, where it was a state
  InputRules rules_;
  std::optional<uint64_t> weights_;
};

}  // namespace hypnos

// A session log that is learned from again, from its beginning to its end.
// Threads: as InputScript.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "daemon/session_events.h"
#include "hypnos/record/session_reader.h"

namespace hypnos {

class SessionReplay final : public InputScript {
 public:
  // kFailedPrecondition, reason NOT_FROM_THE_START, where its beginning is no longer there or it
  // goes on from a checkpoint; errors of SessionReader.
  static Result<std::unique_ptr<SessionReplay>> Open(FileSystem& files, const std::string& path);

  // Before the first Next: the configuration of the network that is to learn.
  void SetRules(const InputRules& rules) { rules_ = rules; }

  const session::Header& header() const { return reader_->header(); }

  // kDataLoss: MISSING where the recording says that something is, or what it does not have; those
  // of InputOf.
  Result<std::optional<TimedInput>> Next() override;

  // What the weights were when the recording ended; none where that was not in order.
  const std::optional<uint64_t>& weights() const { return weights_; }

 private:
  explicit SessionReplay(std::unique_ptr<SessionReader> reader) : reader_(std::move(reader)) {}

  const std::unique_ptr<SessionReader> reader_;
  InputRules rules_;
  std::optional<uint64_t> weights_;
};

}  // namespace hypnos

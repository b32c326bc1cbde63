// The bytes of a text that is read as it comes.
// Threads: one thread reads; any may interrupt it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "hypnos/base/result.h"
#include "hypnos/imaging/interruption.h"
#include "sources/byte_stream.h"

namespace hypnos {

class GrowingText {
 public:
  // Restarted: it had become shorter, and these are its first bytes again.
  using Piece = BytePiece;

  // "-" is the standard input. Errors: those of opening, naming the path; kInvalidArgument, reason
  // NOT_A_FILE, where it is no regular file: to open a pipe waits for ever for somebody who writes
  // to it, and its end is none.
  static Result<GrowingText> Open(const std::string& path, bool follow);
  GrowingText(GrowingText&& other) noexcept;
  GrowingText& operator=(GrowingText&&) = delete;
  ~GrowingText();

  // Blocks until there is something. kUnavailable where it cannot be read any more.
  Result<Piece> Read();
  // Ends a wait, and every one to come.
  void Interrupt() { interruption_->Raise(); }

 private:
  // Until there is something to read, or for a while where nobody would say so. False: interrupted.
  bool Wait() const;

  GrowingText(std::string path, int file, bool follow);

  std::string path_;
  int file_;
  bool follow_;
  int64_t offset_ = 0;
  std::unique_ptr<Interruption> interruption_ = std::make_unique<Interruption>();
};

}  // namespace hypnos

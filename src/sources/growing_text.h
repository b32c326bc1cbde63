// The bytes of a text that is read as it comes.
// Threads: thread-compatible.
#pragma once

#include <cstdint>
#include <string>

#include "hypnos/base/result.h"

namespace hypnos {

class GrowingText {
 public:
  struct Piece {
    std::string bytes;       // empty: the end, which a text that is followed never has
    bool restarted = false;  // it had become shorter: these are its first bytes again
  };

  // "-" is the standard input. Errors: those of opening, naming the path.
  static Result<GrowingText> Open(const std::string& path, bool follow);
  GrowingText(GrowingText&& other) noexcept;
  GrowingText& operator=(GrowingText&&) = delete;
  ~GrowingText();

  // Blocks until there is something. kUnavailable where it cannot be read any more.
  Result<Piece> Read();

 private:
  GrowingText(std::string path, int file, bool follow);

  std::string path_;
  int file_;
  bool follow_;
  int64_t offset_ = 0;
};

}  // namespace hypnos

// Bytes that come in pieces: from a file, from others who write to it, or from another machine.
// Threads: one thread reads; any may interrupt it and ask for its health.
#pragma once

#include <memory>
#include <string>

#include "hypnos/base/result.h"
#include "hypnos/sources/source_health.h"

namespace hypnos {

struct BytePiece {
  std::string bytes = {};    // empty: the end, which what is followed never has
  bool restarted = false;    // these do not go on where the last ones ended
  bool interrupted = false;  // it is empty for that reason only
};

class ByteStream {
 public:
  virtual ~ByteStream() = default;
  // Blocks until there is something. kUnavailable where it cannot be read any more.
  virtual Result<BytePiece> Read() = 0;
  // Ends a wait, and every one to come.
  virtual void Interrupt() = 0;
  virtual SourceHealth health() const { return {}; }
};

}  // namespace hypnos

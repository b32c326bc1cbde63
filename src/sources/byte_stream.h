// Bytes that come in pieces: from a file, from others who write to it, or from another machine.
// Threads: one thread reads; any may interrupt it and ask for its health.
#pragma once

#include <optional>
#include <string>

#include "hypnos/base/result.h"
#include "hypnos/sources/source_health.h"
#include "hypnos/sources/source_place.h"

namespace hypnos {

// How bytes follow those before.
enum class Joint {
  kGoesOn,
  kReplaced,   // without bytes: those before were the last of a file; others are the first of
               // another in its place, which come next
  kBegunAnew,  // what was between them, if anything, is not known
};

struct BytePiece {
  std::string bytes = {};  // empty: the end, which what is followed never has; but see kReplaced
  Joint joint = Joint::kGoesOn;
  bool interrupted = false;  // it is empty for that reason only

  bool is_end() const { return bytes.empty() && !interrupted && joint != Joint::kReplaced; }
};

class ByteStream {
 public:
  virtual ~ByteStream() = default;
  // Blocks until there is something. kUnavailable where it cannot be read any more.
  virtual Result<BytePiece> Read() = 0;
  // Ends a wait, and every one to come.
  virtual void Interrupt() = 0;
  virtual SourceHealth health() const { return {}; }
  // Of what is followed: the place of so many bytes of it, which lies in the last piece or within
  // FileFootprint::kBehind before. Its line is not known here. Of what has been replaced it is told
  // until the first bytes of the other one are read.
  virtual std::optional<FilePlace> PlaceAt(int64_t /*offset*/) const { return std::nullopt; }
  // Before anything is read. False: it is not the file of which that was told, and is read from its
  // beginning.
  virtual bool GoOn(const FilePlace& /*place*/) { return false; }
};

}  // namespace hypnos

// A text, symbol by symbol: a file, the standard input, or a file that others write to.
//
// Several readers read a file at the same time, each an equal part of it, in one round; what is
// left over at its end is left out. A frame is the next symbol of each; its image is empty. A
// symbol takes a second, so that times tell how many came before.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "hypnos/base/result.h"
#include "hypnos/sources/source.h"
#include "hypnos/sources/source_identity.h"

namespace hypnos {

struct TextSourceOptions {
  std::string path = {};  // "-": the standard input
  // Symbols in the order of their numbers; empty: kDefaultAlphabet.
  std::string alphabet = {};
  // A symbol of the alphabet that stands for all others; empty: others are refused.
  std::string unknown = {};
  size_t readers = 1;
  // How often to read it; 0 reads it for ever.
  uint32_t rounds = 1;
  // At the end of the file, wait for more. One that has become shorter is read from its beginning
  // again, which is a gap.
  bool follow = false;
};

// Whether it is read as it comes, so that nobody knows its length.
inline bool IsReadAsItComes(const TextSourceOptions& options) {
  return options.follow || options.path == "-";
}

// Errors: those of reading; kInvalidArgument, reason ALPHABET, for what is none and for an
// `unknown` that is no symbol of it; EMPTY_TEXT for a file without a symbol for each reader;
// UNKNOWN_SYMBOL, naming file and line; BAD_OPTION where what is read as it comes has several
// readers or rounds. Next: kInvalidArgument, reason UNKNOWN_SYMBOL, of what is read as it comes,
// and EMPTY_TEXT where it ends before its first symbol; kUnavailable where it cannot be read any
// more.
Result<std::unique_ptr<Source>> OpenTextSource(const SourceIdentity& identity,
                                               const TextSourceOptions& options);

}  // namespace hypnos

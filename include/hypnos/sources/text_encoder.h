// Symbols become numbers: the last few that each reader has seen, one-hot.
//   x = [newest | the one before | …], each [symbols] zeros but for OneHotValue(symbols)
// Every reader is a place of its own: planes are [window * symbols] channels of 1 x readers, so
// that a patch of one pixel holds all that a reader has in view. What was before a discontinuity is
// forgotten: zeros.
// Threads: thread-compatible. Deterministic. Allocates on the first frame only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "hypnos/base/state_archive.h"
#include "hypnos/sources/frame.h"
#include "hypnos/tensor/planes.h"

namespace hypnos {

struct TextEncoderOptions {
  size_t symbols = 2;  // of the alphabet
  size_t window = 10;
  size_t readers = 1;
};

class TextEncoder {
 public:
  explicit TextEncoder(const TextEncoderOptions& options);

  // Precondition: the frame has a symbol of the alphabet for each reader.
  void Encode(const Frame& frame, Planes* planes);

  PlaneShape shape() const;

  void ExchangeState(StateArchive& archive);

 private:
  TextEncoderOptions options_;
  // [readers x window], the oldest of each first; kNothing: none yet.
  std::vector<size_t> seen_;
};

// The newest symbol of each reader, of planes that are one-hot or, where something is dreamed,
// likelihoods: the likeliest.
std::vector<uint8_t> NewestSymbols(const Planes& planes, size_t symbols);

}  // namespace hypnos

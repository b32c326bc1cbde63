// Reads memory as fast as the machine can, and does next to nothing with it.
// Threads: safe.
#pragma once

#include <cstddef>
#include <span>

namespace hypnos::bench {

enum class ReadPattern {
  kOneStream,    // from the beginning to the end
  kFourStreams,  // four quarters at once: prefetchers stop at the end of a page, each for itself
};

// The sum of all values, in whole vectors of each quarter; a rest of fewer is left out.
float SumOf(std::span<const float> values, ReadPattern pattern);

// What Highway computes with on this machine: "AVX2" and so on.
const char* VectorInstructions();

}  // namespace hypnos::bench

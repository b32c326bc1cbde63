// Files in the format of MNIST (IDX), unsigned bytes only:
//   images   00 00 08 03, count, height, width, then count x height x width bytes, row-major
//   labels   00 00 08 01, count, then count bytes
// Sizes are 32 bits, big-endian.
// Errors: kInvalidArgument, naming `path`: reason IDX_MAGIC for a file of another kind, IDX_SIZE
// for one that is shorter or longer than its header says.
// Threads: safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "hypnos/base/result.h"

namespace hypnos::lab {

struct IdxImages {
  size_t count = 0;
  size_t height = 0;
  size_t width = 0;
  std::vector<uint8_t> pixels;
};

Result<IdxImages> ParseIdxImages(std::string_view bytes, const std::string& path);
Result<std::vector<uint8_t>> ParseIdxLabels(std::string_view bytes, const std::string& path);

}  // namespace hypnos::lab

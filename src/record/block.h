// The bytes of a segment: a magic word, then blocks.
//
//   offset  bytes
//   0       8      "HYPNOSES"
//   8       4      version, 1
//   then for each block
//   0       4      length of the compressed bytes, at least 1
//   4       4      length of the bytes before, at least 1
//   8       8      XXH3 of the compressed bytes, exclusive-or XXH3 of the two lengths
//   16             the compressed bytes: one frame of zstd
//
// Numbers are little-endian. A block stands alone, so that a file that was cut off can be read up
// to its last whole block.
// Threads: thread-compatible.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "hypnos/base/result.h"

namespace hypnos {

inline constexpr uint32_t kSegmentVersion = 1;

// Before it is compressed. What is longer is taken for damaged, so that a few hostile bytes cannot
// ask for all the memory there is.
inline constexpr size_t kMostBlockBytes = size_t{288} << 20;

std::string SegmentBeginning();

class BlockCompressor {
 public:
  // `level`: of zstd.
  explicit BlockCompressor(int level);
  ~BlockCompressor();
  BlockCompressor(const BlockCompressor&) = delete;
  BlockCompressor& operator=(const BlockCompressor&) = delete;

  // Appends a block. Precondition: 0 < bytes.size() <= kMostBlockBytes.
  void Append(std::string_view bytes, std::string* segment);

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

// Goes through the blocks of a segment.
class BlockReader {
 public:
  // `bytes`, of the whole file, must outlive it; `name` is for sentences.
  BlockReader(std::string_view bytes, std::string name);

  // What the next block holds; none at the end. Errors, which end it: kUnimplemented, reason
  // SEGMENT_VERSION; kDataLoss, reason NO_SEGMENT for another kind of file, SEGMENT_CUT_OFF where
  // the file ends within a block, SEGMENT_DAMAGED. kResourceExhausted, reason OUT_OF_MEMORY.
  Result<std::optional<std::string>> Next();

 private:
  Status ReadBeginning();
  Error Damaged(const char* how) const;
  Error CutOff() const;

  std::string_view bytes_;
  const std::string name_;
  size_t at_ = 0;
};

}  // namespace hypnos

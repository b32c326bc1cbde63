// What a file that is read as it grows is known again by: its first bytes, and those before each
// place of what was read last.
// Threads: thread-compatible.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "hypnos/sources/source_place.h"

namespace hypnos {

class FileFootprint {
 public:
  // So many bytes before the last piece At can tell the place of, at least.
  static constexpr size_t kBehind = size_t{1} << 17;

  // These bytes of the file come next.
  void Add(std::string_view bytes);
  // Precondition: so many bytes have been added, and no more than kBehind bytes and the last piece
  // since.
  FilePlace At(int64_t offset) const;
  int64_t offset() const { return begin_ + static_cast<int64_t>(last_.size()); }

  // Of a file whose first and last bytes before a place these are.
  static FileFootprint Behind(std::string head, std::string tail, int64_t offset);

 private:
  std::string head_;
  std::string last_;
  int64_t begin_ = 0;  // of `last_`
};

// Of the bytes at its beginning and before its offset.
uint64_t FootprintOf(std::string_view bytes);

}  // namespace hypnos

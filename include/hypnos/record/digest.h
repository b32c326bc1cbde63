// One number for many: equal digests mean equal bits. XXH3 of 64 bits, which is for finding
// differences and no protection from whoever makes them.
// Threads: thread-compatible.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "hypnos/base/file_system.h"
#include "hypnos/base/result.h"

namespace hypnos {

class Digest {
 public:
  Digest();
  ~Digest();
  Digest(const Digest&) = delete;
  Digest& operator=(const Digest&) = delete;

  void Add(std::span<const float> values);
  void Add(std::span<const std::byte> bytes);
  // Of all that was added, in its order.
  uint64_t value() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

uint64_t DigestOf(std::string_view bytes);
// Of all bytes of a file, however large. Errors: those of the file system.
Result<uint64_t> DigestOfFile(FileSystem& files, const std::string& path);

}  // namespace hypnos

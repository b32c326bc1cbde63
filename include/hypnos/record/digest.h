// One number for many: equal digests mean equal bits. XXH3 of 64 bits, which is for finding
// differences and no protection from whoever makes them.
// Threads: thread-compatible.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace hypnos {

class Digest {
 public:
  Digest();
  ~Digest();
  Digest(const Digest&) = delete;
  Digest& operator=(const Digest&) = delete;

  void Add(std::span<const float> values);
  // Of all that was added, in its order.
  uint64_t value() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

uint64_t DigestOf(std::string_view bytes);

}  // namespace hypnos

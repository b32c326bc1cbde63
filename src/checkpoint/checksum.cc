#include "checkpoint/checksum.h"

#include <xxhash.h>

#include "hypnos/base/check.h"

namespace hypnos {

Checksum::Checksum() : state_(XXH3_createState()) {
  HYPNOS_CHECK(state_ != nullptr);
  XXH3_64bits_reset(state_.get());
}

Checksum::~Checksum() = default;

void Checksum::Free::operator()(XXH3_state_s* state) const { XXH3_freeState(state); }

void Checksum::Add(std::string_view bytes) {
  XXH3_64bits_update(state_.get(), bytes.data(), bytes.size());
}

std::string Checksum::Value() const {
  uint64_t value = XXH3_64bits_digest(state_.get());
  std::string bytes;
  for (size_t i = 0; i < kChecksumBytes; ++i, value >>= 8) {
    bytes.push_back(static_cast<char>(value & 0xFF));
  }
  return bytes;
}

}  // namespace hypnos

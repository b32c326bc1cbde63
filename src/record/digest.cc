#include "hypnos/record/digest.h"

#include <xxhash.h>

#include <new>

#include "hypnos/base/check.h"

namespace hypnos {

struct Digest::State {
  struct Free {
    void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
  };
  std::unique_ptr<XXH3_state_t, Free> hash{XXH3_createState()};
};

Digest::Digest() : state_(std::make_unique<State>()) {
  if (state_->hash == nullptr) throw std::bad_alloc();
  HYPNOS_CHECK(XXH3_64bits_reset(state_->hash.get()) == XXH_OK);
}

Digest::~Digest() = default;

void Digest::Add(std::span<const float> values) {
  HYPNOS_CHECK(XXH3_64bits_update(state_->hash.get(), values.data(), values.size_bytes()) ==
               XXH_OK);
}

uint64_t Digest::value() const { return XXH3_64bits_digest(state_->hash.get()); }

uint64_t DigestOf(std::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

}  // namespace hypnos

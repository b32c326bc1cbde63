#include "hypnos/record/digest.h"

#include <xxhash.h>

#include <algorithm>
#include <new>
#include <vector>

#include "hypnos/base/check.h"

namespace hypnos {
namespace {

constexpr uint64_t kPartBytes = uint64_t{1} << 20;

}  // namespace

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

void Digest::Add(std::span<const float> values) { Add(std::as_bytes(values)); }

void Digest::Add(std::span<const std::byte> bytes) {
  HYPNOS_CHECK(XXH3_64bits_update(state_->hash.get(), bytes.data(), bytes.size()) == XXH_OK);
}

uint64_t Digest::value() const { return XXH3_64bits_digest(state_->hash.get()); }

uint64_t DigestOf(std::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

Result<uint64_t> DigestOfFile(FileSystem& files, const std::string& path) {
  HYPNOS_ASSIGN_OR_RETURN(const auto file, files.OpenFile(path));
  Digest digest;
  std::vector<std::byte> part(kPartBytes);
  for (uint64_t at = 0; at < file->size(); at += kPartBytes) {
    const std::span bytes(part.data(), std::min<uint64_t>(kPartBytes, file->size() - at));
    HYPNOS_RETURN_IF_ERROR(file->ReadAt(at, bytes));
    digest.Add(bytes);
  }
  return digest.value();
}

}  // namespace hypnos

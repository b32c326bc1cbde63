// What is longer than a value of a store may be: in several values, KEY.0, KEY.1 …, with a checksum
// of the whole, so that what was torn, or overwritten meanwhile, is noticed. Threads: safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "hypnos/base/result.h"
#include "hypnos/cluster/store.h"

namespace hypnos {

struct Blob {
  std::string key;
  uint64_t bytes = 0;
  uint64_t values = 0;
  std::string sha256;  // of the whole, 64 hexadecimal digits
};

// Over what was under the key before. Errors: those of the store.
Result<Blob> PutBlob(Store& store, const std::string& key, std::string_view bytes);

// Errors: those of the store; kDataLoss, reason BLOB_DAMAGED: a value is missing, or it is not
// what was put there. Reads no more than `blob.bytes`.
Result<std::string> GetBlob(Store& store, const Blob& blob);

}  // namespace hypnos

#include "hypnos/cluster/blob.h"

#include <algorithm>
#include <optional>

#include "cluster/digest.h"
#include "hypnos/base/format.h"

namespace hypnos {
namespace {

// As long as a broker takes by default is 1 MB; shorter ones hold up less what else is under way.
constexpr size_t kLongestValue = size_t{256} << 10;
// Of a message that carries a value.
constexpr size_t kFrame = 512;

std::string KeyOf(const std::string& key, uint64_t value) { return Format("{}.{}", key, value); }

Error Damaged(const std::string& key, const char* why) {
  return {Code::kDataLoss, "BLOB_DAMAGED", Format("what stands under {} {}", key, why)};
}

}  // namespace

Result<Blob> PutBlob(Store& store, const std::string& key, std::string_view bytes) {
  const size_t most = store.most_bytes();
  if (most <= kFrame) {
    return Error{Code::kUnavailable, "STORE",
                 "the store cannot be asked, or takes next to nothing"};
  }
  const size_t each = std::min(kLongestValue, most - kFrame);
  Blob blob = {.key = key, .bytes = bytes.size(), .values = 0, .sha256 = Sha256(bytes)};
  for (size_t begin = 0; begin < bytes.size(); begin += each) {
    HYPNOS_RETURN_IF_ERROR(store.Put(KeyOf(key, blob.values), bytes.substr(begin, each)));
    ++blob.values;
  }
  return blob;
}

Result<std::string> GetBlob(Store& store, const Blob& blob) {
  std::string bytes;
  for (uint64_t value = 0; value < blob.values; ++value) {
    HYPNOS_ASSIGN_OR_RETURN(const std::optional<Store::Entry> entry,
                            store.Get(KeyOf(blob.key, value)));
    if (!entry) return Damaged(blob.key, "is not all there");
    if (entry->bytes.size() > blob.bytes - bytes.size()) {
      return Damaged(blob.key, "is longer than it was said to be");
    }
    bytes += entry->bytes;
  }
  if (bytes.size() != blob.bytes || Sha256(bytes) != blob.sha256) {
    return Damaged(blob.key, "is not what its checksum was made of");
  }
  return bytes;
}

}  // namespace hypnos

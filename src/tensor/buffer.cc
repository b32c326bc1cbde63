#include "hypnos/tensor/buffer.h"

#include <sys/mman.h>

namespace hypnos {
namespace {

constexpr uintptr_t kHugePageBytes = uintptr_t{1} << 21;

// Smaller storage has few pages to look up, and large ones would waste memory.
constexpr size_t kLargeBytes = size_t{8} << 20;

}  // namespace

void PreferHugePages(void* storage, size_t bytes) {
  if (bytes < kLargeBytes) return;
  const auto begin = reinterpret_cast<uintptr_t>(storage);
  const uintptr_t first = (begin + kHugePageBytes - 1) / kHugePageBytes * kHugePageBytes;
  const uintptr_t last = (begin + bytes) / kHugePageBytes * kHugePageBytes;
  if (first < last) madvise(reinterpret_cast<void*>(first), last - first, MADV_HUGEPAGE);
}

}  // namespace hypnos

// Float32 storage whose first element lies on a 64-byte boundary, allocated once.
// Threads: thread-compatible.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <vector>

namespace hypnos {

inline constexpr size_t kAlignmentBytes = 64;

// Asks the system to back large storage by large pages: a step that reads hundreds of megabytes of
// weights otherwise waits for the page tables, too. Advice, no more: it cannot fail.
void PreferHugePages(void* storage, size_t bytes);

template <class T>
struct AlignedAllocator {
  using value_type = T;
  AlignedAllocator() = default;
  template <class U>
  AlignedAllocator(const AlignedAllocator<U>&) {}  // NOLINT: implicit, as allocators are
  T* allocate(size_t count) {
    void* storage = ::operator new (count * sizeof(T), std::align_val_t{kAlignmentBytes});
    PreferHugePages(storage, count * sizeof(T));
    return static_cast<T*>(storage);
  }
  void deallocate(T* pointer, size_t) {
    ::operator delete (pointer, std::align_val_t{kAlignmentBytes});
  }
  bool operator==(const AlignedAllocator&) const { return true; }
};

using Buffer = std::vector<float, AlignedAllocator<float>>;
using HalfBuffer = std::vector<uint16_t, AlignedAllocator<uint16_t>>;

}  // namespace hypnos

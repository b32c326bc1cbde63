// Float32 storage whose first element lies on a 64-byte boundary, allocated once.
// Threads: thread-compatible.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <vector>

namespace hypnos {

inline constexpr size_t kAlignmentBytes = 64;

template <class T>
struct AlignedAllocator {
  using value_type = T;
  AlignedAllocator() = default;
  template <class U>
  AlignedAllocator(const AlignedAllocator<U>&) {}  // NOLINT: implicit, as allocators are
  T* allocate(size_t count) {
    return static_cast<T*>(::operator new (count * sizeof(T), std::align_val_t{kAlignmentBytes}));
  }
  void deallocate(T* pointer, size_t) {
    ::operator delete (pointer, std::align_val_t{kAlignmentBytes});
  }
  bool operator==(const AlignedAllocator&) const { return true; }
};

using Buffer = std::vector<float, AlignedAllocator<float>>;
using HalfBuffer = std::vector<uint16_t, AlignedAllocator<uint16_t>>;

}  // namespace hypnos

// Counts allocations of the whole test binary, to show that a hot path makes none. Include it in
// one source file of a binary only: it replaces operator new.
#pragma once

#include <atomic>
#include <cstdlib>
#include <new>

namespace hypnos {

inline std::atomic<long> allocation_count = 0;

inline void* CountedAllocate(size_t size, size_t alignment) {
  ++allocation_count;
  const size_t rounded = (size + alignment - 1) / alignment * alignment;
  void* pointer = std::aligned_alloc(alignment, rounded);
  if (pointer == nullptr) throw std::bad_alloc();
  return pointer;
}

}  // namespace hypnos

// Nothing is inlined: where only one of a pair is, GCC warns that they do not match.
[[gnu::noinline]] void* operator new(size_t size) {
  return hypnos::CountedAllocate(size, alignof(std::max_align_t));
}
[[gnu::noinline]] void* operator new(size_t size, std::align_val_t alignment) {
  return hypnos::CountedAllocate(size, static_cast<size_t>(alignment));
}
[[gnu::noinline]] void operator delete(void* pointer) noexcept { std::free(pointer); }
[[gnu::noinline]] void operator delete(void* pointer, size_t) noexcept { std::free(pointer); }
[[gnu::noinline]] void operator delete(void* pointer, std::align_val_t) noexcept {
  std::free(pointer);
}
[[gnu::noinline]] void operator delete(void* pointer, size_t, std::align_val_t) noexcept {
  std::free(pointer);
}

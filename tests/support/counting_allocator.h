// Counts allocations of the whole test binary, those of C libraries too, to show that a hot path
// makes none; and refuses those of C++ that are larger than a test wants. Include it in one source
// file of a binary only: it replaces operator new and malloc.
#pragma once

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <new>

namespace hypnos {

inline std::atomic<long> allocation_count = 0;
inline std::atomic<size_t> largest_allocation = SIZE_MAX;  // bytes

inline void* CountedAllocate(size_t size, size_t alignment) {
  ++allocation_count;
  if (size > largest_allocation) throw std::bad_alloc();
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
// What std::stable_sort asks for; the standard one would take it from the sanitizer.
[[gnu::noinline]] void* operator new(size_t size, const std::nothrow_t&) noexcept try {
  return hypnos::CountedAllocate(size, alignof(std::max_align_t));
} catch (const std::bad_alloc&) {
  return nullptr;
}
[[gnu::noinline]] void operator delete(void* pointer) noexcept { std::free(pointer); }
[[gnu::noinline]] void operator delete(void* pointer, const std::nothrow_t&) noexcept {
  std::free(pointer);
}
[[gnu::noinline]] void operator delete(void* pointer, size_t) noexcept { std::free(pointer); }
[[gnu::noinline]] void operator delete(void* pointer, std::align_val_t) noexcept {
  std::free(pointer);
}
[[gnu::noinline]] void operator delete(void* pointer, size_t, std::align_val_t) noexcept {
  std::free(pointer);
}

// Sanitizers replace these themselves; with them only C++ is counted. And they are glibc's own way
// to be replaced, which other C libraries have not.
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
extern "C" {

void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* pointer, size_t size);
void* __libc_memalign(size_t alignment, size_t size);

void* malloc(size_t size) noexcept {
  ++hypnos::allocation_count;
  return __libc_malloc(size);
}
void* calloc(size_t count, size_t size) noexcept {
  ++hypnos::allocation_count;
  return __libc_calloc(count, size);
}
void* realloc(void* pointer, size_t size) noexcept {
  ++hypnos::allocation_count;
  return __libc_realloc(pointer, size);
}
void* aligned_alloc(size_t alignment, size_t size) noexcept {
  ++hypnos::allocation_count;
  return __libc_memalign(alignment, size);
}
void* memalign(size_t alignment, size_t size) noexcept {
  ++hypnos::allocation_count;
  return __libc_memalign(alignment, size);
}
int posix_memalign(void** pointer, size_t alignment, size_t size) noexcept {
  ++hypnos::allocation_count;
  *pointer = __libc_memalign(alignment, size);
  return *pointer == nullptr ? ENOMEM : 0;
}

}  // extern "C"
#endif

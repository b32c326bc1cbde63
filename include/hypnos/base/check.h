// HYPNOS_CHECK: a promise between our own functions. Broken, it names the place and aborts; it is
// never the answer to bad input.
#pragma once

namespace hypnos::internal {

[[noreturn]] void Fail(const char* file, int line, const char* what);

}  // namespace hypnos::internal

#define HYPNOS_CHECK(condition)                                                 \
  do {                                                                          \
    if (!(condition)) ::hypnos::internal::Fail(__FILE__, __LINE__, #condition); \
  } while (false)

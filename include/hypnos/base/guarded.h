// What a library throws, as an error.
#pragma once

#include <exception>
#include <new>

#include "hypnos/base/format.h"
#include "hypnos/base/result.h"

namespace hypnos {

// What `work`, a function that gives a Result or a Status, gives. Also kResourceExhausted, reason
// OUT_OF_MEMORY, and kInternal, reason LIBRARY_FAILED.
template <class Work>
auto Guarded(const Work& work) -> decltype(work()) try {
  return work();
} catch (const std::bad_alloc&) {
  return Error{Code::kResourceExhausted, "OUT_OF_MEMORY", "there is not enough memory for that"};
} catch (const std::exception& e) {
  return Error{Code::kInternal, "LIBRARY_FAILED", Format("a library failed: {}", e.what())};
}

}  // namespace hypnos

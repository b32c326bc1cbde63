// BLAS threads and ours would fight for the cores: each call runs on the thread that makes it.
#pragma once

#include <cblas.h>

namespace hypnos {

// Before any call into BLAS or LAPACK.
inline void UseOneBlasThread() {
  [[maybe_unused]] static const bool done = [] {
    openblas_set_num_threads(1);
    return true;
  }();
}

}  // namespace hypnos

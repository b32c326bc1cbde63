#include "hypnos/tensor/positive_definite.h"

#include <f77blas.h>

#include <cmath>

#include "hypnos/base/check.h"
#include "tensor/one_blas_thread.h"

namespace hypnos {
namespace {

// LAPACK counts by columns: what is a lower triangle by rows is an upper one to it.
char upper = 'U';

}  // namespace

bool Factorise(size_t n, std::span<double> a) {
  HYPNOS_CHECK(a.size() == n * n);
  UseOneBlasThread();
  blasint size = static_cast<blasint>(n), info = 0;
  BLASFUNC(dpotrf)(&upper, &size, a.data(), &size, &info);
  if (info != 0) return false;
  // What is not finite is passed over by LAPACK; it ends in the diagonal.
  for (size_t i = 0; i < n; ++i) {
    if (!std::isfinite(a[i * n + i])) return false;
  }
  return true;
}

// A x = b for rows b is b <- b L^-T, b <- b L^-1.
void SolveFactorised(size_t n, std::span<const double> factor, std::span<double> b) {
  HYPNOS_CHECK(n > 0 && factor.size() == n * n && b.size() % n == 0);
  UseOneBlasThread();
  const int size = static_cast<int>(n), rows = static_cast<int>(b.size() / n);
  for (const CBLAS_TRANSPOSE transpose : {CblasTrans, CblasNoTrans}) {
    cblas_dtrsm(CblasRowMajor, CblasRight, CblasLower, transpose, CblasNonUnit, rows, size, 1.0,
                factor.data(), size, b.data(), size);
  }
}

}  // namespace hypnos

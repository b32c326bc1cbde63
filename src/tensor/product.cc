#include "hypnos/tensor/product.h"

#include <cblas.h>

#include "hypnos/tensor/kernels.h"
#include "tensor/one_blas_thread.h"

namespace hypnos {
namespace {

int Int(size_t n) { return static_cast<int>(n); }

}  // namespace

void Multiply(ConstMatrixView x, ConstMatrixView w, Accumulate accumulate, MatrixView out) {
  HYPNOS_CHECK(x.cols == w.cols && out.rows == x.rows && out.cols == w.rows);
  if (x.empty() || w.rows == 0) return;
  UseOneBlasThread();
  const float beta = accumulate == Accumulate::kYes ? 1.0f : 0.0f;
  if (x.rows == 1) {
    cblas_sgemv(CblasRowMajor, CblasNoTrans, Int(w.rows), Int(w.cols), 1.0f, w.data, Int(w.stride),
                x.data, 1, beta, out.data, 1);
    return;
  }
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, Int(x.rows), Int(w.rows), Int(x.cols), 1.0f,
              x.data, Int(x.stride), w.data, Int(w.stride), beta, out.data, Int(out.stride));
}

void AddOuter(ConstMatrixView g, ConstMatrixView x, float beta, MatrixView out) {
  HYPNOS_CHECK(g.rows == x.rows && out.rows == g.cols && out.cols == x.cols);
  if (out.empty()) return;
  UseOneBlasThread();
  if (g.rows == 1) {
    for (size_t u = 0; beta != 1.0f && u < out.rows; ++u) Scale(beta, out.row(u));
    cblas_sger(CblasRowMajor, Int(g.cols), Int(x.cols), 1.0f, g.data, 1, x.data, 1, out.data,
               Int(out.stride));
    return;
  }
  cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, Int(g.cols), Int(x.cols), Int(g.rows), 1.0f,
              g.data, Int(g.stride), x.data, Int(x.stride), beta, out.data, Int(out.stride));
}

}  // namespace hypnos

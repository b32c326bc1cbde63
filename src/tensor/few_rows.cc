// Compiled once for each instruction set; Highway picks one when the program runs.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tensor/few_rows.cc"
#include "hypnos/tensor/few_rows.h"

#include <algorithm>
#include <cstring>

#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"
#include "tensor/vectors.h"

HWY_BEFORE_NAMESPACE();
namespace hypnos::HWY_NAMESPACE {

using Half = hn::Rebind<hwy::bfloat16_t, D>;

HWY_INLINE V LoadWeights(const float* p) { return hn::LoadU(D(), p); }
HWY_INLINE V LoadWeights(const uint16_t* p) {
  return hn::PromoteTo(D(), hn::LoadU(Half(), reinterpret_cast<const hwy::bfloat16_t*>(p)));
}
HWY_INLINE V LoadWeightsPart(const float* p, size_t count) { return LoadPart(p, count); }
HWY_INLINE V LoadWeightsPart(const uint16_t* p, size_t count) {
  HWY_ALIGN uint16_t part[hn::MaxLanes(D())] = {};
  std::memcpy(part, p, count * sizeof(uint16_t));
  return LoadWeights(part);
}

// What is left of a row after its last two whole vectors.
template <class T>
HWY_INLINE float FinishDot(const T* w, const float* x, size_t i, size_t n, V even, V odd) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  if (i + lanes <= n) {
    even = hn::MulAdd(LoadWeights(w + i), hn::LoadU(d, x + i), even);
    i += lanes;
  }
  if (i < n) odd = hn::MulAdd(LoadWeightsPart(w + i, n - i), LoadPart(x + i, n - i), odd);
  return hn::GetLane(hn::SumOfLanes(d, hn::Add(even, odd)));
}

// Four rows of weights at a time: four streams keep the memory busy, and the eight sums do not wait
// for one another.
template <class T>
HWY_INLINE void DotFour(const T* w, size_t stride, const float* x, size_t n, float* out) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  const T* w0 = w;
  const T* w1 = w0 + stride;
  const T* w2 = w1 + stride;
  const T* w3 = w2 + stride;
  V even0 = hn::Zero(d), even1 = even0, even2 = even0, even3 = even0;
  V odd0 = even0, odd1 = even0, odd2 = even0, odd3 = even0;
  size_t i = 0;
  for (; i + 2 * lanes <= n; i += 2 * lanes) {
    const V x_even = hn::LoadU(d, x + i);
    const V x_odd = hn::LoadU(d, x + i + lanes);
    even0 = hn::MulAdd(LoadWeights(w0 + i), x_even, even0);
    odd0 = hn::MulAdd(LoadWeights(w0 + i + lanes), x_odd, odd0);
    even1 = hn::MulAdd(LoadWeights(w1 + i), x_even, even1);
    odd1 = hn::MulAdd(LoadWeights(w1 + i + lanes), x_odd, odd1);
    even2 = hn::MulAdd(LoadWeights(w2 + i), x_even, even2);
    odd2 = hn::MulAdd(LoadWeights(w2 + i + lanes), x_odd, odd2);
    even3 = hn::MulAdd(LoadWeights(w3 + i), x_even, even3);
    odd3 = hn::MulAdd(LoadWeights(w3 + i + lanes), x_odd, odd3);
  }
  out[0] = FinishDot(w0, x, i, n, even0, odd0);
  out[1] = FinishDot(w1, x, i, n, even1, odd1);
  out[2] = FinishDot(w2, x, i, n, even2, odd2);
  out[3] = FinishDot(w3, x, i, n, even3, odd3);
}

template <class T>
HWY_INLINE float DotOne(const T* w, const float* x, size_t n) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  V even = hn::Zero(d), odd = even;
  size_t i = 0;
  for (; i + 2 * lanes <= n; i += 2 * lanes) {
    even = hn::MulAdd(LoadWeights(w + i), hn::LoadU(d, x + i), even);
    odd = hn::MulAdd(LoadWeights(w + i + lanes), hn::LoadU(d, x + i + lanes), odd);
  }
  return FinishDot(w, x, i, n, even, odd);
}

// For every row of the batch the same four rows of weights, which are then in the cache.
template <class T>
HWY_INLINE void MultiplyFewOf(ConstMatrixView x, const BasicMatrixView<const T>& w,
                              MatrixView out) {
  size_t u = 0;
  for (; u + 4 <= w.rows; u += 4) {
    for (size_t b = 0; b < x.rows; ++b) {
      DotFour(w.data + u * w.stride, w.stride, x.data + b * x.stride, x.cols, &out(b, u));
    }
  }
  for (; u < w.rows; ++u) {
    for (size_t b = 0; b < x.rows; ++b) {
      out(b, u) = DotOne(w.data + u * w.stride, x.data + b * x.stride, x.cols);
    }
  }
}

void MultiplyFewKernel(ConstMatrixView x, ConstMatrixView w, MatrixView out) {
  MultiplyFewOf(x, w, out);
}

void MultiplyFewBfloat16Kernel(ConstMatrixView x, Bfloat16View w, MatrixView out) {
  MultiplyFewOf(x, w, out);
}

void AddScaledRowsKernel(const float* scales, ConstMatrixView m, float* out) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  size_t i = 0;
  for (; i + 4 * lanes <= m.cols; i += 4 * lanes) {
    V sum0 = hn::LoadU(d, out + i);
    V sum1 = hn::LoadU(d, out + i + lanes);
    V sum2 = hn::LoadU(d, out + i + 2 * lanes);
    V sum3 = hn::LoadU(d, out + i + 3 * lanes);
    const float* row = m.data + i;
    for (size_t j = 0; j < m.rows; ++j, row += m.stride) {
      const V scale = hn::Set(d, scales[j]);
      sum0 = hn::MulAdd(scale, hn::LoadU(d, row), sum0);
      sum1 = hn::MulAdd(scale, hn::LoadU(d, row + lanes), sum1);
      sum2 = hn::MulAdd(scale, hn::LoadU(d, row + 2 * lanes), sum2);
      sum3 = hn::MulAdd(scale, hn::LoadU(d, row + 3 * lanes), sum3);
    }
    hn::StoreU(sum0, d, out + i);
    hn::StoreU(sum1, d, out + i + lanes);
    hn::StoreU(sum2, d, out + i + 2 * lanes);
    hn::StoreU(sum3, d, out + i + 3 * lanes);
  }
  for (; i < m.cols; i += std::min(lanes, m.cols - i)) {
    const size_t count = std::min(lanes, m.cols - i);
    V sum = LoadPart(out + i, count);
    for (size_t j = 0; j < m.rows; ++j) {
      sum = hn::MulAdd(hn::Set(d, scales[j]), LoadPart(m.data + j * m.stride + i, count), sum);
    }
    StorePart(sum, out + i, count);
  }
}

}  // namespace hypnos::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hypnos {

HWY_EXPORT(MultiplyFewKernel);
HWY_EXPORT(MultiplyFewBfloat16Kernel);
HWY_EXPORT(AddScaledRowsKernel);

void MultiplyFew(ConstMatrixView x, ConstMatrixView w, MatrixView out) {
  HYPNOS_CHECK(x.cols == w.cols && out.rows == x.rows && out.cols == w.rows);
  HWY_DYNAMIC_DISPATCH(MultiplyFewKernel)(x, w, out);
}

void MultiplyFew(ConstMatrixView x, Bfloat16View w, MatrixView out) {
  HYPNOS_CHECK(x.cols == w.cols && out.rows == x.rows && out.cols == w.rows);
  HWY_DYNAMIC_DISPATCH(MultiplyFewBfloat16Kernel)(x, w, out);
}

void AddScaledRows(std::span<const float> scales, ConstMatrixView m, std::span<float> out) {
  HYPNOS_CHECK(scales.size() == m.rows && out.size() == m.cols);
  HWY_DYNAMIC_DISPATCH(AddScaledRowsKernel)(scales.data(), m, out.data());
}

}  // namespace hypnos
#endif

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

// Two vectors of weights and the two of inputs that belong to them.
struct Pair {
  V even, odd;
};

HWY_INLINE Pair LoadPair(const float* p) {
  const D d;
  return {hn::LoadU(d, p), hn::LoadU(d, p + hn::Lanes(d))};
}
HWY_INLINE Pair LoadInputs(const float* /*weights*/, const float* x) { return LoadPair(x); }
HWY_INLINE V LoadWeights(const float* p) { return hn::LoadU(D(), p); }
HWY_INLINE V LoadWeightsPart(const float* p, size_t count) { return LoadPart(p, count); }

// bfloat16 are loaded two to a lane: what is odd is the upper half already. Taking the inputs apart
// costs less than putting the weights in order, for they serve four rows.
HWY_INLINE Pair LoadPair(const uint16_t* p) {
  const D d;
  const hn::RebindToUnsigned<D> b;
  const auto both = hn::LoadU(b, reinterpret_cast<const uint32_t*>(p));
  return {hn::BitCast(d, hn::ShiftLeft<16>(both)),
          hn::BitCast(d, hn::And(both, hn::Set(b, 0xffff0000u)))};
}
HWY_INLINE Pair LoadInputs(const uint16_t* /*weights*/, const float* x) {
  // Not a Pair that is filled: GCC compiles its constructor for another instruction set.
  V even, odd;
  hn::LoadInterleaved2(D(), x, even, odd);
  return {even, odd};
}
HWY_INLINE V LoadWeights(const uint16_t* p) {
  const hn::Rebind<uint16_t, D> upper;
  const hn::RebindToUnsigned<D> b;
  return hn::BitCast(D(), hn::ShiftLeft<16>(hn::PromoteTo(b, hn::LoadU(upper, p))));
}
HWY_INLINE V LoadWeightsPart(const uint16_t* p, size_t count) {
  HWY_ALIGN uint16_t part[hn::MaxLanes(D())] = {};
  std::memcpy(part, p, count * sizeof(uint16_t));
  return LoadWeights(part);
}

// What is left of a row after its last two whole vectors.
template <class T>
HWY_INLINE float FinishDot(const T* w, const float* x, size_t i, size_t n, Pair sum) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  if (i + lanes <= n) {
    sum.even = hn::MulAdd(LoadWeights(w + i), hn::LoadU(d, x + i), sum.even);
    i += lanes;
  }
  if (i < n) sum.odd = hn::MulAdd(LoadWeightsPart(w + i, n - i), LoadPart(x + i, n - i), sum.odd);
  return hn::GetLane(hn::SumOfLanes(d, hn::Add(sum.even, sum.odd)));
}

template <class T>
HWY_INLINE void AddPair(const T* w, const Pair& x, Pair& sum) {
  const Pair weights = LoadPair(w);
  sum.even = hn::MulAdd(weights.even, x.even, sum.even);
  sum.odd = hn::MulAdd(weights.odd, x.odd, sum.odd);
}

// Four rows of weights at a time: four streams keep the memory busy, and the eight sums do not wait
// for one another.
template <class T>
HWY_INLINE void DotFour(const T* w, size_t stride, const float* x, size_t n, float* out) {
  const D d;
  const size_t step = 2 * hn::Lanes(d);
  const T* w0 = w;
  const T* w1 = w0 + stride;
  const T* w2 = w1 + stride;
  const T* w3 = w2 + stride;
  Pair sum0 = {hn::Zero(d), hn::Zero(d)}, sum1 = sum0, sum2 = sum0, sum3 = sum0;
  size_t i = 0;
  for (; i + step <= n; i += step) {
    const Pair inputs = LoadInputs(w, x + i);
    AddPair(w0 + i, inputs, sum0);
    AddPair(w1 + i, inputs, sum1);
    AddPair(w2 + i, inputs, sum2);
    AddPair(w3 + i, inputs, sum3);
  }
  out[0] = FinishDot(w0, x, i, n, sum0);
  out[1] = FinishDot(w1, x, i, n, sum1);
  out[2] = FinishDot(w2, x, i, n, sum2);
  out[3] = FinishDot(w3, x, i, n, sum3);
}

template <class T>
HWY_INLINE float DotOne(const T* w, const float* x, size_t n) {
  const D d;
  const size_t step = 2 * hn::Lanes(d);
  Pair sum = {hn::Zero(d), hn::Zero(d)};
  size_t i = 0;
  for (; i + step <= n; i += step) AddPair(w + i, LoadInputs(w, x + i), sum);
  return FinishDot(w, x, i, n, sum);
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

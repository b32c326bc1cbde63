// What the vectorised sources share. Included once for each instruction set, hence no #pragma once:
// see Highway's foreach_target.h.
#if defined(HYPNOS_TENSOR_VECTORS_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef HYPNOS_TENSOR_VECTORS_H_
#undef HYPNOS_TENSOR_VECTORS_H_
#else
#define HYPNOS_TENSOR_VECTORS_H_
#endif

#include <cstddef>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace hypnos::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;

// body(i, count): whole vectors first, then one shorter rest.
template <class Whole, class Rest>
HWY_INLINE void ForEachVector(size_t n, Whole whole, Rest rest) {
  const size_t lanes = hn::Lanes(D());
  size_t i = 0;
  for (; i + lanes <= n; i += lanes) whole(i);
  if (i < n) rest(i, n - i);
}

HWY_INLINE V LoadPart(const float* p, size_t count) {
  const D d;
  return hn::MaskedLoad(hn::FirstN(d, count), d, p);
}

HWY_INLINE void StorePart(V v, float* p, size_t count) {
  const D d;
  hn::BlendedStore(v, hn::FirstN(d, count), d, p);
}

}  // namespace hypnos::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif

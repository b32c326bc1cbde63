// What the vectorised sources share. Included once for each instruction set, hence no #pragma once:
// see Highway's foreach_target.h.
#if defined(HYPNOS_TENSOR_VECTORS_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef HYPNOS_TENSOR_VECTORS_H_
#undef HYPNOS_TENSOR_VECTORS_H_
#else
#define HYPNOS_TENSOR_VECTORS_H_
#endif

#include <cstddef>
#include <cstring>

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

// Through memory, not by masks: where the processor has no masked loads and stores, Highway's read
// and write whole aligned vectors, beyond the end.
HWY_INLINE V LoadPart(const float* p, size_t count) {
  HWY_ALIGN float part[hn::MaxLanes(D())] = {};
  std::memcpy(part, p, count * sizeof(float));
  return hn::Load(D(), part);
}

HWY_INLINE void StorePart(V v, float* p, size_t count) {
  HWY_ALIGN float part[hn::MaxLanes(D())];
  hn::Store(v, D(), part);
  std::memcpy(p, part, count * sizeof(float));
}

}  // namespace hypnos::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif

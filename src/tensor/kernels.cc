// Compiled once for each instruction set; Highway picks one when the program runs.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tensor/kernels.cc"
#include "hypnos/tensor/kernels.h"

#include <cmath>
#include <cstring>
#include <utility>

#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"
#include "hypnos/base/check.h"

HWY_BEFORE_NAMESPACE();
namespace hypnos::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using D = hn::ScalableTag<float>;

// body(i, count): whole vectors first, then one shorter rest.
template <class Whole, class Rest>
HWY_INLINE void ForEachVector(size_t n, Whole whole, Rest rest) {
  const size_t lanes = hn::Lanes(D());
  size_t i = 0;
  for (; i + lanes <= n; i += lanes) whole(i);
  if (i < n) rest(i, n - i);
}

HWY_INLINE auto LoadPart(const float* p, size_t count) {
  const D d;
  return hn::MaskedLoad(hn::FirstN(d, count), d, p);
}

HWY_INLINE void StorePart(hn::Vec<D> v, float* p, size_t count) {
  const D d;
  hn::BlendedStore(v, hn::FirstN(d, count), d, p);
}

float SumOfSquaresKernel(const float* v, size_t n) {
  const D d;
  auto sum = hn::Zero(d);
  ForEachVector(
      n,
      [&](size_t i) {
        const auto x = hn::LoadU(d, v + i);
        sum = hn::MulAdd(x, x, sum);
      },
      [&](size_t i, size_t count) {
        const auto x = LoadPart(v + i, count);
        sum = hn::MulAdd(x, x, sum);
      });
  return hn::GetLane(hn::SumOfLanes(d, sum));
}

void ScaleKernel(float factor, const float* v, size_t n, float* out) {
  const D d;
  const auto f = hn::Set(d, factor);
  ForEachVector(
      n, [&](size_t i) { hn::StoreU(hn::Mul(f, hn::LoadU(d, v + i)), d, out + i); },
      [&](size_t i, size_t count) {
        StorePart(hn::Mul(f, LoadPart(v + i, count)), out + i, count);
      });
}

// out = a + scale b.
void CombineKernel(const float* a, float scale, const float* b, size_t n, float* out) {
  const D d;
  const auto s = hn::Set(d, scale);
  ForEachVector(
      n,
      [&](size_t i) {
        hn::StoreU(hn::MulAdd(s, hn::LoadU(d, b + i), hn::LoadU(d, a + i)), d, out + i);
      },
      [&](size_t i, size_t count) {
        StorePart(hn::MulAdd(s, LoadPart(b + i, count), LoadPart(a + i, count)), out + i, count);
      });
}

float ActivateKernel(const float* a, const float* bias, float damping, size_t n, float* r,
                     float* h) {
  const D d;
  const auto zero = hn::Zero(d);
  const auto k = hn::Set(d, damping);
  const auto keep = hn::Set(d, 1.0f - damping);
  auto sum = hn::Zero(d);
  // Not Max(): a NaN must come through, and x86's maximum would drop it.
  const auto step = [&](auto sum_in, auto old_h) {
    const auto fresh = hn::IfThenZeroElse(hn::Lt(sum_in, zero), sum_in);
    sum = hn::MulAdd(fresh, fresh, sum);
    return std::pair(fresh, hn::MulAdd(k, fresh, hn::Mul(keep, old_h)));
  };
  ForEachVector(
      n,
      [&](size_t i) {
        const auto [fresh, damped] =
            step(hn::Add(hn::LoadU(d, a + i), hn::LoadU(d, bias + i)), hn::LoadU(d, h + i));
        hn::StoreU(fresh, d, r + i);
        hn::StoreU(damped, d, h + i);
      },
      [&](size_t i, size_t count) {
        const auto [fresh, damped] = step(
            hn::Add(LoadPart(a + i, count), LoadPart(bias + i, count)), LoadPart(h + i, count));
        StorePart(fresh, r + i, count);
        StorePart(damped, h + i, count);
      });
  return hn::GetLane(hn::SumOfLanes(d, sum));
}

using HalfD = hn::Rebind<hwy::float16_t, D>;

void ToHalfKernel(const float* in, size_t n, uint16_t* out) {
  const D d;
  const HalfD half;
  auto* target = reinterpret_cast<hwy::float16_t*>(out);
  ForEachVector(
      n, [&](size_t i) { hn::StoreU(hn::DemoteTo(half, hn::LoadU(d, in + i)), half, target + i); },
      [&](size_t i, size_t count) {
        HWY_ALIGN hwy::float16_t part[hn::MaxLanes(half)];
        hn::Store(hn::DemoteTo(half, LoadPart(in + i, count)), half, part);
        std::memcpy(target + i, part, count * sizeof(uint16_t));
      });
}

void FromHalfKernel(const uint16_t* in, size_t n, float* out) {
  const D d;
  const HalfD half;
  const auto* source = reinterpret_cast<const hwy::float16_t*>(in);
  ForEachVector(
      n, [&](size_t i) { hn::StoreU(hn::PromoteTo(d, hn::LoadU(half, source + i)), d, out + i); },
      [&](size_t i, size_t count) {
        HWY_ALIGN hwy::float16_t part[hn::MaxLanes(half)] = {};
        std::memcpy(part, source + i, count * sizeof(uint16_t));
        StorePart(hn::PromoteTo(d, hn::Load(half, part)), out + i, count);
      });
}

}  // namespace hypnos::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hypnos {

HWY_EXPORT(SumOfSquaresKernel);
HWY_EXPORT(ScaleKernel);
HWY_EXPORT(CombineKernel);
HWY_EXPORT(ActivateKernel);
HWY_EXPORT(ToHalfKernel);
HWY_EXPORT(FromHalfKernel);

float SumOfSquares(std::span<const float> v) {
  return HWY_DYNAMIC_DISPATCH(SumOfSquaresKernel)(v.data(), v.size());
}

void Scale(float factor, std::span<float> y) {
  HWY_DYNAMIC_DISPATCH(ScaleKernel)(factor, y.data(), y.size(), y.data());
}

void NormaliseLength(std::span<const float> v, float noise_power, std::span<float> out) {
  HYPNOS_CHECK(v.size() == out.size());
  if (v.empty()) return;
  const float mean_square = SumOfSquares(v) / static_cast<float>(v.size());
  const float factor = 1.0f / std::sqrt(mean_square + noise_power);
  HWY_DYNAMIC_DISPATCH(ScaleKernel)(factor, v.data(), v.size(), out.data());
}

void AddScaled(float scale, std::span<const float> x, std::span<float> y) {
  HYPNOS_CHECK(x.size() == y.size());
  HWY_DYNAMIC_DISPATCH(CombineKernel)(y.data(), scale, x.data(), y.size(), y.data());
}

void Combine(std::span<const float> a, float scale, std::span<const float> b,
             std::span<float> out) {
  HYPNOS_CHECK(a.size() == out.size() && b.size() == out.size());
  HWY_DYNAMIC_DISPATCH(CombineKernel)(a.data(), scale, b.data(), out.size(), out.data());
}

float Activate(std::span<const float> a, std::span<const float> bias, float damping,
               std::span<float> r, std::span<float> h) {
  HYPNOS_CHECK(bias.size() == a.size() && r.size() == a.size() && h.size() == a.size());
  return HWY_DYNAMIC_DISPATCH(ActivateKernel)(a.data(), bias.data(), damping, a.size(), r.data(),
                                              h.data());
}

void ToHalf(std::span<const float> in, std::span<uint16_t> out) {
  HYPNOS_CHECK(in.size() == out.size());
  HWY_DYNAMIC_DISPATCH(ToHalfKernel)(in.data(), in.size(), out.data());
}

void FromHalf(std::span<const uint16_t> in, std::span<float> out) {
  HYPNOS_CHECK(in.size() == out.size());
  HWY_DYNAMIC_DISPATCH(FromHalfKernel)(in.data(), in.size(), out.data());
}

}  // namespace hypnos
#endif

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
#include "tensor/vectors.h"

HWY_BEFORE_NAMESPACE();
namespace hypnos::HWY_NAMESPACE {

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

Energy ActivateKernel(const float* a, const float* bias, float damping, size_t n, float* r,
                      float* h) {
  const D d;
  const auto zero = hn::Zero(d);
  const auto k = hn::Set(d, damping);
  const auto keep = hn::Set(d, 1.0f - damping);
  auto fresh_sum = hn::Zero(d), damped_sum = hn::Zero(d), change_sum = hn::Zero(d);
  // Not Max(): a NaN must come through, and x86's maximum would drop it.
  const auto step = [&](auto sum_in, auto old_h) {
    const auto fresh = hn::IfThenZeroElse(hn::Lt(sum_in, zero), sum_in);
    const auto damped = hn::MulAdd(k, fresh, hn::Mul(keep, old_h));
    fresh_sum = hn::MulAdd(fresh, fresh, fresh_sum);
    damped_sum = hn::MulAdd(damped, damped, damped_sum);
    const auto change = hn::Sub(damped, old_h);
    change_sum = hn::MulAdd(change, change, change_sum);
    return std::pair(fresh, damped);
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
  return {.fresh = hn::GetLane(hn::SumOfLanes(d, fresh_sum)),
          .damped = hn::GetLane(hn::SumOfLanes(d, damped_sum)),
          .change = hn::GetLane(hn::SumOfLanes(d, change_sum))};
}

// `offset` and `activity` may be null.
void TakeTermsKernel(float gain, const float* offset, size_t n, float* r, float* activity,
                     float* term_sum) {
  const D d;
  const auto g = hn::Set(d, gain);
  ForEachVector(
      n,
      [&](size_t i) {
        const auto fresh = hn::LoadU(d, r + i);
        if (activity != nullptr) {
          hn::StoreU(hn::Add(hn::LoadU(d, activity + i), fresh), d, activity + i);
        }
        const auto shift = offset != nullptr ? hn::LoadU(d, offset + i) : hn::Zero(d);
        const auto term = hn::MulAdd(g, fresh, shift);
        hn::StoreU(term, d, r + i);
        hn::StoreU(hn::Add(hn::LoadU(d, term_sum + i), term), d, term_sum + i);
      },
      [&](size_t i, size_t count) {
        const auto fresh = LoadPart(r + i, count);
        if (activity != nullptr) {
          StorePart(hn::Add(LoadPart(activity + i, count), fresh), activity + i, count);
        }
        const auto shift = offset != nullptr ? LoadPart(offset + i, count) : hn::Zero(d);
        const auto term = hn::MulAdd(g, fresh, shift);
        StorePart(term, r + i, count);
        StorePart(hn::Add(LoadPart(term_sum + i, count), term), term_sum + i, count);
      });
}

void BlendKernel(float keep, float scale, const float* x, size_t n, float* y) {
  const D d;
  const auto k = hn::Set(d, keep), s = hn::Set(d, scale);
  ForEachVector(
      n,
      [&](size_t i) {
        hn::StoreU(hn::MulAdd(s, hn::LoadU(d, x + i), hn::Mul(k, hn::LoadU(d, y + i))), d, y + i);
      },
      [&](size_t i, size_t count) {
        StorePart(hn::MulAdd(s, LoadPart(x + i, count), hn::Mul(k, LoadPart(y + i, count))), y + i,
                  count);
      });
}

void BlendAndFadeKernel(float keep, float scale, float fade, float* x, size_t n, float* y) {
  const D d;
  const auto k = hn::Set(d, keep), s = hn::Set(d, scale), f = hn::Set(d, fade);
  ForEachVector(
      n,
      [&](size_t i) {
        const auto v = hn::LoadU(d, x + i);
        hn::StoreU(hn::MulAdd(s, v, hn::Mul(k, hn::LoadU(d, y + i))), d, y + i);
        hn::StoreU(hn::Mul(f, v), d, x + i);
      },
      [&](size_t i, size_t count) {
        const auto v = LoadPart(x + i, count);
        StorePart(hn::MulAdd(s, v, hn::Mul(k, LoadPart(y + i, count))), y + i, count);
        StorePart(hn::Mul(f, v), x + i, count);
      });
}

void TakeNormalisedStepKernel(const NormalisedStep& step, float* g, float* s, float* v, size_t n,
                              float* w) {
  const D d;
  const auto memory = hn::Set(d, step.memory), fresh = hn::Set(d, 1.0f - step.memory),
             correction = hn::Set(d, step.correction), epsilon = hn::Set(d, step.epsilon),
             velocity = hn::Set(d, step.velocity), keep = hn::Set(d, step.keep),
             rate = hn::Set(d, step.rate);
  const auto take = [&](V gradient, V& square, V& moving, V& weight) {
    square = hn::MulAdd(memory, square, hn::Mul(fresh, hn::Mul(gradient, gradient)));
    const auto size = hn::Add(hn::Sqrt(hn::Mul(correction, square)), epsilon);
    moving = hn::MulAdd(velocity, moving, hn::Div(gradient, size));
    weight = hn::MulAdd(keep, weight, hn::Mul(rate, moving));
  };
  ForEachVector(
      n,
      [&](size_t i) {
        V square = hn::LoadU(d, s + i), moving = hn::LoadU(d, v + i), weight = hn::LoadU(d, w + i);
        take(hn::LoadU(d, g + i), square, moving, weight);
        hn::StoreU(square, d, s + i);
        hn::StoreU(moving, d, v + i);
        hn::StoreU(weight, d, w + i);
      },
      [&](size_t i, size_t count) {
        V square = LoadPart(s + i, count), moving = LoadPart(v + i, count),
          weight = LoadPart(w + i, count);
        take(LoadPart(g + i, count), square, moving, weight);
        StorePart(square, s + i, count);
        StorePart(moving, v + i, count);
        StorePart(weight, w + i, count);
      });
  std::memset(g, 0, n * sizeof(float));
}

using Int = hn::RebindToSigned<D>;
using Half = hn::Rebind<uint16_t, D>;
using VInt = hn::Vec<Int>;

// By hand: where the processor has no such instruction, Highway's own conversion cuts off instead
// of rounding, and makes numbers of infinity and NaN.
HWY_INLINE hn::Vec<Half> HalfOf(V x) {
  const D d;
  const Int i;
  const VInt bits = hn::BitCast(i, x);
  const VInt sign = hn::And(hn::ShiftRight<16>(bits), hn::Set(i, 0x8000));
  const VInt size = hn::And(bits, hn::Set(i, 0x7fffffff));
  // Rounded at the last bit kept, to even; the exponent's offset is 15 instead of 127. A carry out
  // of the largest number gives infinity.
  const VInt odd = hn::And(hn::ShiftRight<13>(size), hn::Set(i, 1));
  const VInt rounded = hn::Add(hn::Add(size, odd), hn::Set(i, 0xfff - (112 << 23)));
  VInt half = hn::Min(hn::ShiftRight<13>(rounded), hn::Set(i, 0x7c00));
  // Below 2^-14 a half has the steps that a float has at 0.5, so that adding 0.5 rounds.
  const auto at_half = hn::Add(hn::BitCast(d, size), hn::Set(d, 0.5f));
  const VInt tiny = hn::Sub(hn::BitCast(i, at_half), hn::Set(i, 126 << 23));
  half = hn::IfThenElse(hn::Lt(size, hn::Set(i, 113 << 23)), tiny, half);
  half = hn::IfThenElse(hn::Gt(size, hn::Set(i, 255 << 23)), hn::Set(i, 0x7e00), half);
  return hn::DemoteTo(Half(), hn::Or(half, sign));
}

HWY_INLINE V FloatOf(hn::Vec<Half> half) {
  const D d;
  const Int i;
  const VInt bits = hn::PromoteTo(i, half);
  const VInt size = hn::ShiftLeft<13>(hn::And(bits, hn::Set(i, 0x7fff)));
  const VInt finite = hn::BitCast(i, hn::Mul(hn::BitCast(d, size), hn::Set(d, 0x1p112f)));
  const VInt other = hn::Or(size, hn::Set(i, 255 << 23));
  const VInt sign = hn::ShiftLeft<16>(hn::And(bits, hn::Set(i, 0x8000)));
  const auto is_finite = hn::Lt(size, hn::Set(i, 31 << 23));
  return hn::BitCast(d, hn::Or(hn::IfThenElse(is_finite, finite, other), sign));
}

void ToHalfKernel(const float* in, size_t n, uint16_t* out) {
  const D d;
  ForEachVector(
      n, [&](size_t i) { hn::StoreU(HalfOf(hn::LoadU(d, in + i)), Half(), out + i); },
      [&](size_t i, size_t count) {
        HWY_ALIGN uint16_t part[hn::MaxLanes(D())];
        hn::Store(HalfOf(LoadPart(in + i, count)), Half(), part);
        std::memcpy(out + i, part, count * sizeof(uint16_t));
      });
}

void FromHalfKernel(const uint16_t* in, size_t n, float* out) {
  const D d;
  ForEachVector(
      n, [&](size_t i) { hn::StoreU(FloatOf(hn::LoadU(Half(), in + i)), d, out + i); },
      [&](size_t i, size_t count) {
        HWY_ALIGN uint16_t part[hn::MaxLanes(D())] = {};
        std::memcpy(part, in + i, count * sizeof(uint16_t));
        StorePart(FloatOf(hn::Load(Half(), part)), out + i, count);
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
HWY_EXPORT(TakeTermsKernel);
HWY_EXPORT(BlendKernel);
HWY_EXPORT(BlendAndFadeKernel);
HWY_EXPORT(TakeNormalisedStepKernel);
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

Energy Activate(std::span<const float> a, std::span<const float> bias, float damping,
                std::span<float> r, std::span<float> h) {
  HYPNOS_CHECK(bias.size() == a.size() && r.size() == a.size() && h.size() == a.size());
  return HWY_DYNAMIC_DISPATCH(ActivateKernel)(a.data(), bias.data(), damping, a.size(), r.data(),
                                              h.data());
}

void TakeTerms(float gain, std::span<const float> offset, std::span<float> r,
               std::span<float> activity, std::span<float> term_sum) {
  HYPNOS_CHECK(offset.empty() || offset.size() == r.size());
  HYPNOS_CHECK(activity.empty() || activity.size() == r.size());
  HYPNOS_CHECK(term_sum.size() == r.size());
  HWY_DYNAMIC_DISPATCH(TakeTermsKernel)
  (gain, offset.empty() ? nullptr : offset.data(), r.size(), r.data(),
   activity.empty() ? nullptr : activity.data(), term_sum.data());
}

void Scaled(float factor, std::span<const float> v, std::span<float> out) {
  HYPNOS_CHECK(v.size() == out.size());
  HWY_DYNAMIC_DISPATCH(ScaleKernel)(factor, v.data(), v.size(), out.data());
}

void Blend(float keep, float scale, std::span<const float> x, std::span<float> y) {
  HYPNOS_CHECK(x.size() == y.size());
  HWY_DYNAMIC_DISPATCH(BlendKernel)(keep, scale, x.data(), x.size(), y.data());
}

void BlendAndFade(float keep, float scale, float fade, std::span<float> x, std::span<float> y) {
  HYPNOS_CHECK(x.size() == y.size());
  HWY_DYNAMIC_DISPATCH(BlendAndFadeKernel)(keep, scale, fade, x.data(), x.size(), y.data());
}

void TakeNormalisedStep(const NormalisedStep& step, std::span<float> g, std::span<float> s,
                        std::span<float> v, std::span<float> w) {
  HYPNOS_CHECK(g.size() == w.size() && s.size() == w.size() && v.size() == w.size());
  if (w.empty()) return;
  HWY_DYNAMIC_DISPATCH(TakeNormalisedStepKernel)
  (step, g.data(), s.data(), v.data(), w.size(), w.data());
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

// Compiled once for each instruction set; Highway picks one when the program runs.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tensor/bfloat16.cc"
#include "hypnos/tensor/bfloat16.h"

#include <cstring>

#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"
#include "hypnos/base/check.h"
#include "tensor/vectors.h"

HWY_BEFORE_NAMESPACE();
namespace hypnos::HWY_NAMESPACE {

using Bits = hn::RebindToUnsigned<D>;
using Upper = hn::Rebind<uint16_t, D>;
using VBits = hn::Vec<Bits>;

// A hash of draw and index whose lower 16 bits are as good as random: multiply and shift, after
// Chris Wellons' hash prospector ("lowbias32").
HWY_INLINE VBits Noise(uint32_t draw, uint32_t index) {
  const Bits b;
  VBits x = hn::Add(hn::Iota(b, index), hn::Set(b, draw));
  x = hn::Xor(x, hn::ShiftRight<16>(x));
  x = hn::Mul(x, hn::Set(b, 0x7feb352du));
  x = hn::Xor(x, hn::ShiftRight<15>(x));
  x = hn::Mul(x, hn::Set(b, 0x846ca68bu));
  x = hn::Xor(x, hn::ShiftRight<16>(x));
  return hn::And(x, hn::Set(b, 0xffffu));
}

// What is left of x in its upper half, once noise below the last bit has been added. Infinity stays
// infinity: nothing is added to it.
HWY_INLINE VBits Rounded(V x, uint32_t draw, uint32_t index) {
  const Bits b;
  const VBits bits = hn::BitCast(b, x);
  const VBits infinity = hn::Set(b, 0x7f800000u);
  const auto finite = hn::Ne(hn::And(bits, infinity), infinity);
  return hn::Add(bits, hn::IfThenElseZero(finite, Noise(draw, index)));
}

HWY_INLINE hn::Vec<Upper> UpperHalf(VBits bits) {
  // Below 2^16, so that what saturates changes nothing.
  return hn::DemoteTo(Upper(), hn::BitCast(hn::RebindToSigned<Bits>(), hn::ShiftRight<16>(bits)));
}

void RoundKernel(const float* v, size_t n, uint32_t draw, uint32_t first, uint16_t* out) {
  const D d;
  ForEachVector(
      n,
      [&](size_t i) {
        const VBits bits = Rounded(hn::LoadU(d, v + i), draw, first + static_cast<uint32_t>(i));
        hn::StoreU(UpperHalf(bits), Upper(), out + i);
      },
      [&](size_t i, size_t count) {
        HWY_ALIGN uint16_t part[hn::MaxLanes(D())];
        const VBits bits = Rounded(LoadPart(v + i, count), draw, first + static_cast<uint32_t>(i));
        hn::Store(UpperHalf(bits), Upper(), part);
        std::memcpy(out + i, part, count * sizeof(uint16_t));
      });
}

void RoundInPlaceKernel(float* v, size_t n, uint32_t draw, uint32_t first) {
  const D d;
  const auto keep = hn::Set(Bits(), 0xffff0000u);
  const auto round = [&](V x, size_t i) {
    return hn::BitCast(d, hn::And(Rounded(x, draw, first + static_cast<uint32_t>(i)), keep));
  };
  ForEachVector(
      n, [&](size_t i) { hn::StoreU(round(hn::LoadU(d, v + i), i), d, v + i); },
      [&](size_t i, size_t count) { StorePart(round(LoadPart(v + i, count), i), v + i, count); });
}

void FromBfloat16Kernel(const uint16_t* v, size_t n, float* out) {
  const D d;
  const auto expand = [&](const uint16_t* p) {
    const VBits bits = hn::PromoteTo(Bits(), hn::LoadU(Upper(), p));
    return hn::BitCast(d, hn::ShiftLeft<16>(bits));
  };
  ForEachVector(
      n, [&](size_t i) { hn::StoreU(expand(v + i), d, out + i); },
      [&](size_t i, size_t count) {
        HWY_ALIGN uint16_t part[hn::MaxLanes(D())] = {};
        std::memcpy(part, v + i, count * sizeof(uint16_t));
        StorePart(expand(part), out + i, count);
      });
}

}  // namespace hypnos::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hypnos {

HWY_EXPORT(RoundKernel);
HWY_EXPORT(RoundInPlaceKernel);
HWY_EXPORT(FromBfloat16Kernel);

bool HasBfloat16() {
#ifdef HYPNOS_BFLOAT16
  return true;
#else
  return false;
#endif
}

void RoundToBfloat16(std::span<const float> v, uint32_t draw, uint32_t first,
                     std::span<uint16_t> out) {
  HYPNOS_CHECK(v.size() == out.size());
  HWY_DYNAMIC_DISPATCH(RoundKernel)(v.data(), v.size(), draw, first, out.data());
}

void RoundToBfloat16(std::span<float> v, uint32_t draw, uint32_t first) {
  HWY_DYNAMIC_DISPATCH(RoundInPlaceKernel)(v.data(), v.size(), draw, first);
}

void FromBfloat16(std::span<const uint16_t> v, std::span<float> out) {
  HYPNOS_CHECK(v.size() == out.size());
  HWY_DYNAMIC_DISPATCH(FromBfloat16Kernel)(v.data(), v.size(), out.data());
}

}  // namespace hypnos
#endif

// Compiled once for each instruction set; Highway picks one when the program runs.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "bench/read_kernel.cc"
#include "bench/read_kernel.h"

#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace hypnos::bench::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Eight sums, so that no addition waits for the one before: `Streams` times 8 / Streams vectors.
template <size_t Streams>
float SumStreams(const float* values, size_t n) {
  constexpr size_t kVectors = 8 / Streams;
  const hn::ScalableTag<float> d;
  const size_t lanes = hn::Lanes(d);
  const size_t length = n / Streams;
  auto s0 = hn::Zero(d), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
  const auto load = [&](size_t k, size_t i) {
    return hn::LoadU(d, values + k / kVectors * length + i + k % kVectors * lanes);
  };
  for (size_t i = 0; i + kVectors * lanes <= length; i += kVectors * lanes) {
    s0 = hn::Add(s0, load(0, i));
    s1 = hn::Add(s1, load(1, i));
    s2 = hn::Add(s2, load(2, i));
    s3 = hn::Add(s3, load(3, i));
    s4 = hn::Add(s4, load(4, i));
    s5 = hn::Add(s5, load(5, i));
    s6 = hn::Add(s6, load(6, i));
    s7 = hn::Add(s7, load(7, i));
  }
  const auto low = hn::Add(hn::Add(s0, s1), hn::Add(s2, s3));
  const auto high = hn::Add(hn::Add(s4, s5), hn::Add(s6, s7));
  return hn::GetLane(hn::SumOfLanes(d, hn::Add(low, high)));
}

float SumOneStream(const float* values, size_t n) { return SumStreams<1>(values, n); }
float SumFourStreams(const float* values, size_t n) { return SumStreams<4>(values, n); }

const char* VectorTarget() { return hwy::TargetName(HWY_TARGET); }

}  // namespace hypnos::bench::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hypnos::bench {

HWY_EXPORT(SumOneStream);
HWY_EXPORT(SumFourStreams);
HWY_EXPORT(VectorTarget);

float SumOf(std::span<const float> values, ReadPattern pattern) {
  if (pattern == ReadPattern::kOneStream) {
    return HWY_DYNAMIC_DISPATCH(SumOneStream)(values.data(), values.size());
  }
  return HWY_DYNAMIC_DISPATCH(SumFourStreams)(values.data(), values.size());
}

const char* VectorInstructions() { return HWY_DYNAMIC_DISPATCH(VectorTarget)(); }

}  // namespace hypnos::bench
#endif

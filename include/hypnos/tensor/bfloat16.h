// bfloat16, the upper half of a float32: eight bits of precision, the range of float32.
// A small update to a weight mostly lies below its last bit; so it is rounded up with the
// probability that it deserves, and lasts on average:
//   E[round(x)] = x,  |round(x) - x| < 2^-7 |x|
// What is drawn depends on `draw` and the element's index alone: same draw, same bits.
// Threads: safe on disjoint outputs. None allocates or fails.
// Source: Gupta et al. 2015, arXiv 1502.02551 (stochastic rounding).
#pragma once

#include <cstdint>
#include <span>

namespace hypnos {

// Whether this build has it (CMake option HYPNOS_BFLOAT16).
bool HasBfloat16();

// `first`: the index of v[0] in the whole matrix.
void RoundToBfloat16(std::span<const float> v, uint32_t draw, uint32_t first,
                     std::span<uint16_t> out);
// In place: every v becomes a float32 that bfloat16 can hold.
void RoundToBfloat16(std::span<float> v, uint32_t draw, uint32_t first);
void FromBfloat16(std::span<const uint16_t> v, std::span<float> out);

}  // namespace hypnos

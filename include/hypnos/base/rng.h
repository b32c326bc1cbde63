// A seeded generator whose whole state is two numbers, the seed and one that moves, so that a
// checkpoint can hold it and two runs can agree bit for bit.
//   state += golden gamma; output = mix(state)          (SplitMix64)
// Fork(label) gives an independent stream that depends on the seed and the label alone, not on how
// many numbers were drawn before: adding a consumer does not disturb the others.
// Threads: thread-compatible.
// Source: Steele, Lea, Flood 2014, "Fast splittable pseudorandom number generators".
#pragma once

#include <cstdint>
#include <limits>
#include <string_view>

namespace hypnos {

class Rng {
 public:
  using result_type = uint64_t;

  explicit Rng(uint64_t seed) : seed_(seed), state_(seed) {}

  // Resumes a generator that had been saved as seed() and state().
  Rng(uint64_t seed, uint64_t state) : seed_(seed), state_(state) {}

  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return std::numeric_limits<uint64_t>::max(); }
  result_type operator()();

  // Uniform in [0, bound). Precondition: bound > 0.
  uint64_t Below(uint64_t bound);
  // Uniform in [0, 1), 24 random bits: every value is exact in float32.
  float Uniform();
  // Standard normal.
  float Normal();

  Rng Fork(std::string_view label) const;

  uint64_t seed() const { return seed_; }
  uint64_t state() const { return state_; }

 private:
  uint64_t seed_;
  uint64_t state_;
};

}  // namespace hypnos

#include "hypnos/base/rng.h"

#include <boost/random/normal_distribution.hpp>
#include <boost/random/uniform_int_distribution.hpp>

#include "hypnos/base/check.h"

namespace hypnos {
namespace {

constexpr uint64_t kGamma = 0x9E3779B97F4A7C15ULL;

uint64_t Mix(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

}  // namespace

Rng::result_type Rng::operator()() {
  state_ += kGamma;
  return Mix(state_);
}

uint64_t Rng::Below(uint64_t bound) {
  HYPNOS_CHECK(bound > 0);
  // Boost's distributions, unlike the standard library's, give the same numbers everywhere.
  return boost::random::uniform_int_distribution<uint64_t>(0, bound - 1)(*this);
}

float Rng::Uniform() { return static_cast<float>((*this)() >> 40) * 0x1.0p-24f; }

float Rng::Normal() { return boost::random::normal_distribution<float>()(*this); }

Rng Rng::Fork(std::string_view label) const {
  uint64_t hash = Mix(seed_ + kGamma);
  for (const char c : label) hash = Mix(hash ^ static_cast<unsigned char>(c)) + kGamma;
  return Rng(Mix(hash));
}

}  // namespace hypnos

// A memory of sequences of noise, and all that a negative may be made of.
#pragma once

#include <algorithm>
#include <optional>
#include <string>

#include "hypnos/base/format.h"
#include "hypnos/network/patch_grid.h"
#include "hypnos/replay/negative.h"

namespace hypnos {

struct Remembered {
  static constexpr PlaneShape kShape{2, 24, 32};
  static constexpr size_t kContext = 3, kAfter = 5;

  explicit Remembered(size_t sequences, size_t capacity = 8)
      : memory({.capacity = capacity, .frames = kContext + kAfter}, Rng(1)) {
    for (size_t n = 0; n < sequences; ++n) Remember(n);
    for (const float residual : {1.0f, 2.0f, 4.0f}) {
      Planes planes(kShape);
      std::ranges::fill(planes.values(), residual);
      residuals.Observe(planes);
    }
  }

  void Remember(size_t number) {
    memory.Begin();
    for (size_t frame = 0; frame < kContext + kAfter; ++frame) memory.Observe(Noise(number, frame));
  }

  static Planes Noise(size_t number, size_t frame) {
    Planes planes(kShape);
    Rng rng = Rng(5).Fork(Format("{} {}", number, frame));
    for (float& value : planes.values()) value = rng.Normal();
    return planes;
  }

  // Of what came after the context.
  Planes After(size_t sequence, int64_t frame) const {
    Planes planes;
    memory.Read(sequence, kContext + static_cast<size_t>(frame), planes);
    return planes;
  }
  NegativeSources Sources(std::optional<size_t> context = {}) const {
    return {memory, context, prediction, residuals};
  }

  PatchGrid grid = PatchGrid::Create(kShape, {.size = 8}).value();
  SequenceMemory memory;
  Matrix prediction = Matrix(12, 128);
  ResidualMemory residuals = ResidualMemory(3);
};

inline bool Equal(const Planes& a, const Planes& b) {
  return std::ranges::equal(a.values(), b.values());
}

}  // namespace hypnos

// How far apart the gradients of real data and of dreams are, without keeping either.
//
// A gradient G = sum_b g_b in_b^T [units x fan-in] is kept as G Z, Z [fan-in x 4] of random signs
// over sqrt(4): E |G Z|^2 = |G|^2, and sketches add up as gradients do.
// Threads: thread-compatible. Nothing allocates or fails after construction.
// Source: Achlioptas 2003, Database-friendly random projections.
#pragma once

#include <span>

#include "hypnos/base/rng.h"
#include "hypnos/base/state_archive.h"
#include "hypnos/layer/ff_layer.h"
#include "hypnos/tensor/matrix.h"
#include "hypnos/tensor/segments.h"

namespace hypnos {

class GradientSketch {
 public:
  static constexpr size_t kColumns = 4;

  GradientSketch(size_t units, size_t fan_in, Rng rng);

  // Adds terms^T inputs. `projected` [batch x kColumns] is scratch.
  void Add(Phase phase, ConstMatrixView terms, std::span<const Segment> inputs,
           MatrixView projected);

  // |P + N'| / (|P| + |N'|), N' the dreams' gradient scaled to as many steps as the real one's.
  // 0: they cancel, nothing is left to learn. 1: they agree, or one of them is missing.
  double Contrast() const;
  size_t steps() const { return positive_.steps + negative_.steps; }
  void Clear();
  // But for the signs, which follow from the seed.
  void ExchangeState(StateArchive& archive);

 private:
  struct Sum {
    Matrix sketch;  // [units x kColumns]
    size_t steps = 0;
  };

  Matrix signs_;  // Z^T [kColumns x fan-in]
  Sum positive_, negative_;
};

}  // namespace hypnos

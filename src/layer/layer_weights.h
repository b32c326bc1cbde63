// The weights of one layer as they act, wherever their parts are:
//   W = scale * stored + drift * velocity + sum_j c_j g_j x_j^T
// Decay moves the scale and updates of low rank wait as factors, so that a step of a few rows reads
// the stored matrix once and writes nothing of it. With many rows scale is 1 and nothing waits.
// Threads: Multiply is safe for different units at the same time; nothing else is. None allocates
// or fails once made.
#pragma once

#include <cstdint>
#include <span>

#include "hypnos/base/state_archive.h"
#include "hypnos/layer/ff_layer.h"
#include "hypnos/tensor/executor.h"
#include "hypnos/tensor/kernels.h"
#include "hypnos/tensor/matrix.h"
#include "hypnos/tensor/pending_factors.h"
#include "hypnos/tensor/segments.h"
#include "hypnos/tensor/weight_matrix.h"

namespace hypnos {

class LayerWeights {
 public:
  // `waiting`: updates will wait as factors. Zero on construction.
  LayerWeights(size_t units, size_t inputs, WeightStorage storage, bool waiting);

  size_t units() const { return stored_.units(); }
  size_t inputs() const { return stored_.inputs(); }
  bool waiting() const { return waiting_; }

  // Every weight, row by row.
  void Fill(FunctionRef<float()> draw);
  void Assign(const LayerParameters& parameters);
  // W <- W + by, and the bias; what waits stays.
  void Add(const LayerParameters& by);
  void CopyTo(LayerParameters& parameters) const;
  // out[u] = W[u, input], as it acts.
  void ReadColumn(size_t input, std::span<float> out) const;

  // Many rows: what BLAS multiplies with.
  ConstMatrixView view() const { return stored_.view(); }

  // A few rows: Project once, then Multiply for all units, in parts.
  void Project(ConstMatrixView x, Executor& executor);
  void Multiply(ConstMatrixView x, size_t first_unit, MatrixView out) const;

  // W <- keep W, for stored and waiting parts alike.
  void Decay(float keep);
  // Writes what decay has left to do.
  void SettleScale();
  // Writes what the velocity contributes: drift becomes 0.
  void SettleDrift(Executor& executor);
  // Adds the factors of ages [age, age + count) to the stored matrix with coefficients of their own
  // (of W, not of the stored matrix), whatever those in `factors` are.
  void Fold(const PendingFactors& factors, size_t age, std::span<const float> coefficients,
            Executor& executor);
  // Many rows: W[tile] = keep W + rate v, and then v = fade v.
  void BlendTile(const MatrixView& tile_of_velocity, size_t unit, size_t column, float keep,
                 float rate, float fade);
  // Many rows: TakeNormalisedStep of W[tile] and of these matrices' tiles.
  void StepTile(const NormalisedStep& step, const Tile& tile, Matrix& gradient, Matrix& squares,
                Matrix& velocities);
  // W[unit, column …] = base + share * sum of the parts; empty parts count as zero.
  void Write(size_t unit, size_t column, std::span<const float> base, float share,
             std::span<const float> positive, std::span<const float> negative);
  // No unit's incoming weights, as stored, are longer than that.
  void CapNorms(float largest);
  // New noise for what is rounded from now on.
  void NextDraw() { ++draw_; }

  // All but what acts beside what is stored, which is its owner's.
  void ExchangeState(StateArchive& archive);

  // The factors that act now; none: null.
  PendingFactors* acting = nullptr;
  // A velocity [units x inputs] that acts with this factor; null, or a factor of 0: none does.
  Matrix* velocity = nullptr;
  float drift = 0;
  Matrix bias;  // [1 x units]

 private:
  void AddDrift(ConstMatrixView x, size_t first_unit, MatrixView out) const;

  WeightMatrix stored_;
  bool waiting_;
  float scale_ = 1;
  uint32_t draw_ = 0;
  Matrix folded_;  // [kFactorBlock x units]: terms times coefficients
};

}  // namespace hypnos

#include "layer/layer_weights.h"

#include <algorithm>
#include <cmath>

#include "hypnos/tensor/exchange.h"
#include "hypnos/tensor/few_rows.h"
#include "hypnos/tensor/kernels.h"

namespace hypnos {
namespace {

// Units that one part of a job takes.
constexpr size_t kPartUnits = 256;

// Written by Write at a time, on the stack.
constexpr size_t kWrittenAtOnce = 1024;

// Below it the stored matrix would outgrow the weights.
constexpr float kSmallestScale = 0.5f;

}  // namespace

LayerWeights::LayerWeights(size_t units, size_t inputs, WeightStorage storage, bool waiting)
    : bias(1, units),
      stored_(units, inputs, storage, !waiting),
      waiting_(waiting),
      folded_(waiting ? kFactorBlock : 0, units) {}

void LayerWeights::Fill(FunctionRef<float()> draw) {
  alignas(kAlignmentBytes) float storage[kWrittenAtOnce];
  for (size_t u = 0; u < units(); ++u) {
    for (size_t f = 0; f < inputs(); f += kWrittenAtOnce) {
      const std::span<float> part(storage, std::min(kWrittenAtOnce, inputs() - f));
      for (float& value : part) value = draw();
      stored_.Write(u, f, part, draw_);
    }
  }
}

void LayerWeights::ExchangeState(StateArchive& archive) {
  stored_.ExchangeState(archive, "weights");
  Exchange(archive, "bias", bias);
  archive.Number("weights_scale", scale_);
  archive.Number("weights_drift", drift);
  uint64_t draw = draw_;
  archive.Number("weights_draw", draw);
  draw_ = static_cast<uint32_t>(draw);
}

void LayerWeights::Assign(const LayerParameters& parameters) {
  scale_ = 1;
  drift = 0;
  if (acting != nullptr) acting->Clear();
  NextDraw();
  stored_.Assign(parameters.weights, draw_);
  std::copy(parameters.bias.values().begin(), parameters.bias.values().end(),
            bias.values().begin());
}

void LayerWeights::Add(const LayerParameters& by) {
  SettleScale();
  NextDraw();
  for (size_t u = 0; u < units(); ++u) stored_.AddScaledTo(u, 1.0f, by.weights.row(u), draw_);
  AddScaled(1.0f, by.bias.values(), bias.values());
}

void LayerWeights::CopyTo(LayerParameters& parameters) const {
  stored_.CopyTo(parameters.weights);
  if (scale_ != 1) Scale(scale_, parameters.weights.values());
  if (drift != 0) AddScaled(drift, velocity->values(), parameters.weights.values());
  if (acting != nullptr) acting->AddTo(parameters.weights);
  std::copy(bias.values().begin(), bias.values().end(), parameters.bias.values().begin());
}

void LayerWeights::ReadColumn(size_t input, std::span<float> out) const {
  stored_.ReadColumn(input, out);
  if (scale_ != 1) Scale(scale_, out);
  for (size_t u = 0; drift != 0 && u < units(); ++u) out[u] += drift * velocity->row(u)[input];
  if (acting != nullptr) acting->AddColumnTo(input, out);
}

void LayerWeights::Project(ConstMatrixView x, Executor& executor) {
  if (acting == nullptr || acting->empty()) return;
  executor.Run(acting->blocks(), [&](size_t block) { acting->Project(x, block); });
}

void LayerWeights::Multiply(ConstMatrixView x, size_t first_unit, MatrixView out) const {
  stored_.MultiplyFew(x, first_unit, out);
  for (size_t b = 0; scale_ != 1 && b < out.rows; ++b) Scale(scale_, out.row(b));
  if (drift != 0) AddDrift(x, first_unit, out);
  if (acting != nullptr) acting->Correct(first_unit, out);
}

void LayerWeights::AddDrift(ConstMatrixView x, size_t first_unit, MatrixView out) const {
  constexpr size_t kAtOnce = 64;
  alignas(kAlignmentBytes) float storage[kFewRows * kAtOnce];
  for (size_t u = 0; u < out.cols; u += kAtOnce) {
    const size_t units = std::min(kAtOnce, out.cols - u);
    const MatrixView moved{storage, out.rows, units, kAtOnce};
    MultiplyFew(x, velocity->view().Rows(first_unit + u, units), moved);
    for (size_t b = 0; b < out.rows; ++b) {
      AddScaled(drift, moved.row(b), out.row(b).subspan(u, units));
    }
  }
}

void LayerWeights::Decay(float keep) {
  scale_ *= keep;
  if (scale_ < kSmallestScale) SettleScale();
}

void LayerWeights::SettleScale() {
  if (scale_ == 1) return;
  NextDraw();
  for (size_t u = 0; u < units(); ++u) stored_.Scale(scale_, u, draw_);
  scale_ = 1;
}

void LayerWeights::SettleDrift(Executor& executor) {
  if (drift == 0) return;
  NextDraw();
  executor.Run((units() + kPartUnits - 1) / kPartUnits, [&](size_t part) {
    const size_t first = part * kPartUnits, last = std::min(first + kPartUnits, units());
    for (size_t u = first; u < last; ++u) {
      stored_.AddScaledTo(u, drift / scale_, velocity->row(u), draw_);
    }
  });
  drift = 0;
}

void LayerWeights::Fold(const PendingFactors& factors, size_t age,
                        std::span<const float> coefficients, Executor& executor) {
  NextDraw();
  for (size_t done = 0; done < coefficients.size();) {
    PendingFactors::Block block = factors.BlockFrom(age + done);
    block.count = std::min(block.count, coefficients.size() - done);
    const MatrixView terms = folded_.view().Rows(0, block.count);
    for (size_t j = 0; j < block.count; ++j) {
      Scaled(coefficients[done + j] / scale_, block.terms.row(j), terms.row(j));
    }
    const ConstMatrixView inputs = block.inputs.Rows(0, block.count);
    executor.Run((units() + kPartUnits - 1) / kPartUnits, [&](size_t part) {
      const size_t first = part * kPartUnits;
      stored_.AddOuter(terms, inputs, first, std::min(kPartUnits, units() - first), draw_);
    });
    done += block.count;
  }
}

void LayerWeights::BlendTile(const MatrixView& tile_of_velocity, size_t unit, size_t column,
                             float keep, float rate, float fade) {
  for (size_t i = 0; i < tile_of_velocity.rows; ++i) {
    const auto row = stored_.view().row(unit + i).subspan(column, tile_of_velocity.cols);
    BlendAndFade(keep, rate, fade, tile_of_velocity.row(i), row);
    stored_.Round(unit + i, column, tile_of_velocity.cols, draw_);
  }
}

void LayerWeights::StepTile(const NormalisedStep& step, const Tile& tile, Matrix& gradient,
                            Matrix& squares, Matrix& velocities) {
  for (size_t u = tile.unit; u < tile.unit + tile.units; ++u) {
    const auto part = [&](std::span<float> row) { return row.subspan(tile.column, tile.columns); };
    TakeNormalisedStep(step, part(gradient.row(u)), part(squares.row(u)), part(velocities.row(u)),
                       part(stored_.view().row(u)));
    stored_.Round(u, tile.column, tile.columns, draw_);
  }
}

void LayerWeights::Write(size_t unit, size_t column, std::span<const float> base, float share,
                         std::span<const float> positive, std::span<const float> negative) {
  alignas(kAlignmentBytes) float storage[kWrittenAtOnce];
  for (size_t f = 0; f < base.size(); f += kWrittenAtOnce) {
    const size_t count = std::min(kWrittenAtOnce, base.size() - f);
    const std::span<float> written(storage, count);
    Combine(base.subspan(f, count), share, positive.subspan(f, count), written);
    if (!negative.empty()) AddScaled(share, negative.subspan(f, count), written);
    stored_.Write(unit, column + f, written, draw_);
  }
}

void LayerWeights::CapNorms(float largest) {
  if (largest <= 0) return;
  for (size_t u = 0; u < units(); ++u) {
    const auto norm = static_cast<float>(std::sqrt(stored_.SumOfSquares(u))) * scale_;
    if (norm > largest) stored_.Scale(largest / norm, u, draw_);
  }
}

}  // namespace hypnos

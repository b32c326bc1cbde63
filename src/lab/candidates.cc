#include "lab/candidates.h"

#include <cmath>

#include "hypnos/base/check.h"
#include "hypnos/tensor/kernels.h"
#include "hypnos/tensor/product.h"

namespace hypnos::lab {
namespace {

float LogOdds(float goodness, const FfLayerOptions& options) {
  const auto units = static_cast<float>(options.units);
  return (goodness - options.threshold_per_unit * units) / (options.temperature_per_unit * units);
}

}  // namespace

Candidates::Candidates(const LayerStack& stack, size_t contexts, size_t deep, size_t symbols)
    : deep_(stack.layers().size() > 1 ? deep : 0),
      symbols_(symbols),
      own_(symbols, stack.layers().front().options().units),
      responses_(contexts, own_.cols()),
      fresh_(1, own_.cols()),
      damped_(1, own_.cols()) {
  if (deep_ > 0) lane_ = stack.MakeLane(deep_ * symbols);
  for (size_t l = 0; l < stack.layers().size(); ++l) {
    const FfLayerOptions& options = stack.layers()[l].options();
    HYPNOS_CHECK(options.constraint_units == 0 && options.top_units == 0);
    judged_.emplace_back(l == 0 ? contexts : deep_, symbols);
  }
}

void Candidates::Judge(LayerStack& stack, ConstMatrixView contexts, float one) {
  JudgeFirst(stack.layers().front(), contexts, one);
  if (deep_ == 0) return;
  stack.LookFrom(1, lane_.out.front(), lane_);
  for (size_t l = 1; l < judged_.size(); ++l) {
    for (size_t i = 0; i < deep_ * symbols_; ++i) {
      judged_[l].values()[i] = LogOdds(lane_.states[l].goodness[i], stack.layers()[l].options());
    }
  }
}

void Candidates::JudgeFirst(const FfLayer& layer, ConstMatrixView contexts, float one) {
  const LayerParameters parameters = layer.parameters();
  Multiply(contexts, parameters.weights, Accumulate::kNo, responses_);
  for (size_t c = 0; c < symbols_; ++c) {
    const auto own = own_.row(c);
    for (size_t u = 0; u < own.size(); ++u) {
      own[u] = parameters.bias.values()[u] + one * parameters.weights.view()(u, c);
    }
  }
  for (size_t i = 0; i < contexts.rows; ++i) {
    for (size_t c = 0; c < symbols_; ++c) {
      const std::span<float> damped =
          i < deep_ ? lane_.states.front().h.row(i * symbols_ + c) : damped_.values();
      const Energy energy = Activate(responses_.row(i), own_.row(c), 1.0f, fresh_.values(), damped);
      judged_[0].view()(i, c) = LogOdds(energy.fresh, layer.options());
    }
  }
  if (deep_ > 0) lane_.states.front().Publish(lane_.out.front());
}

}  // namespace hypnos::lab

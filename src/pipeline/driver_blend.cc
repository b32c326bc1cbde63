// What was learned is moved by what others have learned meanwhile, unless that makes it worse.
#include <algorithm>
#include <cmath>
#include <new>
#include <utility>

#include "hypnos/base/format.h"
#include "hypnos/pipeline/lasting.h"
#include "hypnos/tensor/kernels.h"
#include "pipeline/driver.h"

namespace hypnos {
namespace {

Error NoNetwork() {
  return {Code::kFailedPrecondition, "NO_NETWORK", "no frame has come yet, so there is no network"};
}

Result<std::vector<float>> DifferenceOf(std::span<const float> from, std::span<const float> to,
                                        size_t count) {
  if (from.size() != count || to.size() != count) {
    return Error{Code::kFailedPrecondition, "WEIGHTS_DO_NOT_FIT",
                 Format("there are {} and {} weights, and the network has {}", from.size(),
                        to.size(), count)};
  }
  std::vector<float> difference(count);
  for (size_t i = 0; i < count; ++i) {
    difference[i] = to[i] - from[i];
    if (!std::isfinite(difference[i])) {
      return Error{Code::kInvalidArgument, "WEIGHTS_NOT_FINITE",
                   "what is to be added to the weights is no number, or too large"};
    }
  }
  return difference;
}

std::vector<double> AucOf(const ProbeFigures& figures) {
  std::vector<double> auc;
  for (const LayerProbe& layer : figures.layers) auc.push_back(layer.finite ? layer.auc : 0);
  return auc;
}

}  // namespace

Result<LastingState> Pipeline::Driver::TakeLasting() try {
  if (!network_) return NoNetwork();
  if (!ended_) flow_->Drain();
  network_->PullLayers();
  return LastingState{LastingWeights(*network_), LastingShapes(*network_), learned_steps_};
} catch (const RemoteLayerError& e) {
  return e.error();
} catch (const std::bad_alloc&) {
  return Error{Code::kResourceExhausted, "OUT_OF_MEMORY",
               "there is not enough memory for a copy of the weights"};
}

// As they act, now and with what is to be added.
bool Pipeline::Driver::ScoreBlend(const std::vector<LayerParameters>& by, BlendReport& report) {
  std::vector<LayerParameters> layers;
  for (size_t l = 0; l < network_->layer_count(); ++l) {
    layers.push_back(network_->layer(l).parameters());
  }
  const auto before = probes_.Score(layers, between_phases_);
  if (!before) return false;
  for (size_t l = 0; l < layers.size(); ++l) {
    AddScaled(1.0f, by[l].weights.values(), layers[l].weights.values());
    AddScaled(1.0f, by[l].bias.values(), layers[l].bias.values());
    layers[l].threshold_shift += by[l].threshold_shift;
  }
  const auto after = probes_.Score(layers, between_phases_);
  if (!after) return false;
  report.auc_before = AucOf(*before);
  report.auc_after = AucOf(*after);
  return true;
}

Result<BlendReport> Pipeline::Driver::Blend(std::span<const float> from, std::span<const float> to,
                                            double tolerance) try {
  if (!network_) return NoNetwork();
  if (!learns()) {
    return Error{Code::kFailedPrecondition, "LEARNING_IS_OFF",
                 "learning is switched off or stands still, and what was learned stays as it is"};
  }
  if (!ended_) flow_->Drain();
  network_->PullLayers();
  HYPNOS_ASSIGN_OR_RETURN(const std::vector<float> difference,
                          DifferenceOf(from, to, LastingCount(*network_)));
  LastingParts by = PartsOf(*network_, difference);
  const Instant begin = clock_.Now();
  BlendReport report;
  report.judged = probes_.ready() && ScoreBlend(by.layers, report);
  for (size_t l = 0; l < report.auc_before.size(); ++l) {
    report.done = report.done && report.auc_before[l] - report.auc_after[l] <= tolerance;
  }
  report.took = clock_.Now() - begin;
  if (!report.done) return report;
  AddScaled(1.0f, network_->generator().weights().values(), by.generator.values());
  for (size_t l = 0; l < network_->layer_count(); ++l) {
    network_->mutable_layer(l).Shift(by.layers[l]);
  }
  network_->PushLayers();
  network_->mutable_generator().SetWeights(by.generator);
  // As a replay will: it goes back to what is saved now. What is usual stays, which is to a camera
  // what its pictures are, and the weights move by no more than in so many steps.
  for (const auto& stream : streams_) CutStream(*stream);
  CountReplacement();
  Tell(StateReplaced{.control = this});
  return report;
} catch (const RemoteLayerError& e) {
  return e.error();
} catch (const std::bad_alloc&) {
  return Error{Code::kResourceExhausted, "OUT_OF_MEMORY",
               "there is not enough memory for what is to be added to the weights"};
}

}  // namespace hypnos

// Layers, ticks and states as two daemons send them to each other.
// Errors: kInvalidArgument, reason POISONED, for what another daemon cannot have meant.
#pragma once

#include <string>

#include "hypnos/base/result.h"
#include "hypnos/layer/ff_layer.h"
#include "hypnos/network/remote_layer.h"
#include "hypnos/tensor/matrix.h"
#include "proto/cluster.pb.h"

namespace hypnos {

// Of all that is said. One more where an older daemon would misunderstand.
inline constexpr uint32_t kLayerProtocol = 2;
// Longer messages can neither be written nor read: a protobuf has 2 GB at the most.
inline constexpr uint64_t kLongestLayerMessage = (uint64_t{1} << 31) - (1 << 20);

// In which numbers activities cross. bfloat16 is rounded to the nearest: |x' - x| <= 2^-8 |x| for
// |x| from 2^-126 to 2^127, where activities are.
enum class WireNumbers { kFloat32, kBfloat16 };

void ToWire(ConstMatrixView matrix, WireNumbers numbers, cluster::Tensor& tensor);
// Of these sizes; an empty one where nobody has said anything.
Result<Matrix> FromWire(const cluster::Tensor& tensor);
// Into what there is. Precondition: FitsWire.
bool FitsWire(const cluster::Tensor& tensor, size_t rows, size_t columns);
void FromWire(const cluster::Tensor& tensor, MatrixView matrix);

struct LayerPlan {
  size_t locations = 0;
  FfLayerOptions layer;
  LearningOptions learning;
};
void ToWire(const LayerPlan& plan, cluster::Plan& wire);
Result<LayerPlan> FromWire(const cluster::Plan& wire);
uint64_t HashOf(const cluster::Plan& plan);

void ToWire(const RemoteTick& tick, WireNumbers numbers, cluster::LayerTick& wire);
struct WireTick {
  Tick tick;
  Phase phase = Phase::kLook;
  Matrix below, above;
};
Result<WireTick> FromWire(const cluster::LayerTick& wire);

// Copies what the layer has learned.
void SaveState(FfLayer& layer, cluster::State& state);
// kFailedPrecondition, reason STATE_DOES_NOT_FIT; what was loaded until then stays.
Status LoadState(const cluster::State& state, FfLayer& layer);

}  // namespace hypnos

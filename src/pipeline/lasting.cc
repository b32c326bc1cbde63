#include "hypnos/pipeline/lasting.h"

#include <algorithm>

#include "hypnos/base/check.h"
#include "hypnos/base/format.h"

namespace hypnos {
namespace {

void Append(std::span<const float> part, std::vector<float>& values) {
  values.insert(values.end(), part.begin(), part.end());
}

std::span<const float> Take(size_t count, std::span<const float>& values) {
  const auto part = values.first(count);
  values = values.subspan(count);
  return part;
}

Matrix TakeMatrix(size_t rows, size_t cols, std::span<const float>& values) {
  Matrix matrix(rows, cols);
  std::ranges::copy(Take(rows * cols, values), matrix.values().begin());
  return matrix;
}

}  // namespace

std::string LastingShapes(const Network& network) {
  std::string shapes;
  for (size_t l = 0; l < network.layer_count(); ++l) {
    const FfLayerOptions& layer = network.layer(l).options();
    shapes += Format("layer {}: {} x {}, ", l + 1, layer.units, layer.fan_in());
  }
  const Matrix read_out = network.generator().weights();
  return shapes + Format("read-out: {} x {}", read_out.rows(), read_out.cols());
}

size_t LastingCount(const Network& network) {
  size_t count = network.generator().weight_count();
  for (size_t l = 0; l < network.layer_count(); ++l) {
    // And the threshold.
    count += network.layer(l).parameter_count() + 1;
  }
  return count;
}

std::vector<float> LastingWeights(const Network& network) {
  std::vector<float> values;
  values.reserve(LastingCount(network));
  for (size_t l = 0; l < network.layer_count(); ++l) {
    const LayerParameters lasting = network.layer(l).lasting();
    Append(lasting.weights.values(), values);
    Append(lasting.bias.values(), values);
    values.push_back(lasting.threshold_shift);
  }
  const Matrix read_out = network.generator().weights();
  Append(read_out.values(), values);
  return values;
}

LastingParts PartsOf(const Network& network, std::span<const float> values) {
  HYPNOS_CHECK(values.size() == LastingCount(network));
  LastingParts parts;
  for (size_t l = 0; l < network.layer_count(); ++l) {
    const FfLayerOptions& layer = network.layer(l).options();
    LayerParameters& own = parts.layers.emplace_back();
    own.weights = TakeMatrix(layer.units, layer.fan_in(), values);
    own.bias = TakeMatrix(1, layer.units, values);
    own.threshold_shift = Take(1, values).front();
  }
  const Matrix read_out = network.generator().weights();
  parts.generator = TakeMatrix(read_out.rows(), read_out.cols(), values);
  return parts;
}

}  // namespace hypnos

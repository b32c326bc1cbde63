#include "cluster/layer_wire.h"

#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <map>
#include <span>
#include <utility>

#include "hypnos/base/check.h"
#include "hypnos/base/format.h"

namespace hypnos {
namespace {

static_assert(std::endian::native == std::endian::little, "tensors are sent as they lie");

// More than any frame has places, or a layer units.
constexpr uint64_t kMost = uint64_t{1} << 31;

Error Poisoned(std::string why) { return {Code::kInvalidArgument, "POISONED", std::move(why)}; }

template <class E>
Result<E> EnumOf(uint32_t value, E last, const char* what) {
  if (value > static_cast<uint32_t>(last)) {
    return Poisoned(Format("{} {} is none that is known here", what, value));
  }
  return static_cast<E>(value);
}

constexpr int kUpperHalf = 16;

uint16_t NearestBfloat16(float value) {
  const auto bits = std::bit_cast<uint32_t>(value);
  // Rounding must not make infinity of what is not a number.
  if (std::isnan(value)) return static_cast<uint16_t>((bits >> kUpperHalf) | 0x40);
  const uint32_t is_odd = (bits >> kUpperHalf) & 1;
  return static_cast<uint16_t>((bits + 0x7fff + is_odd) >> kUpperHalf);
}

float FromBfloat16(uint16_t half) {
  return std::bit_cast<float>(static_cast<uint32_t>(half) << kUpperHalf);
}

void AppendBfloat16(std::span<const float> row, std::string& values) {
  for (const float value : row) {
    const uint16_t half = NearestBfloat16(value);
    values.append(reinterpret_cast<const char*>(&half), sizeof half);
  }
}

void ReadBfloat16(const char* from, std::span<float> row) {
  for (float& value : row) {
    uint16_t half = 0;
    std::memcpy(&half, from, sizeof half);
    from += sizeof half;
    value = FromBfloat16(half);
  }
}

class WireSaver final : public StateArchive {
 public:
  explicit WireSaver(cluster::State& state) : StateArchive(false), state_(state) {}

 private:
  void Save(const std::string& name, ElementType type, const Shape& shape, const Parts& parts,
            bool /*copied*/) override {
    cluster::State::Part& part = *state_.add_parts();
    part.set_name(name);
    part.set_type(static_cast<uint32_t>(type));
    for (const uint64_t length : shape) part.add_shape(length);
    for (const auto& piece : parts) {
      part.mutable_values()->append(reinterpret_cast<const char*>(piece.data()), piece.size());
    }
  }
  Status Load(const std::string&, ElementType, const Shape&, const Parts&) override {
    HYPNOS_CHECK(false);
    return {};
  }
  bool ShapeOf(const std::string&, Shape*) const override { return false; }

  cluster::State& state_;
};

class WireLoader final : public StateArchive {
 public:
  explicit WireLoader(const cluster::State& state) : StateArchive(true) {
    for (const cluster::State::Part& part : state.parts()) parts_[part.name()] = &part;
  }

 private:
  void Save(const std::string&, ElementType, const Shape&, const Parts&, bool) override {
    HYPNOS_CHECK(false);
  }
  Status Load(const std::string& name, ElementType type, const Shape& shape,
              const Parts& parts) override {
    const auto found = parts_.find(name);
    size_t bytes = 0;
    for (const auto& piece : parts) bytes += piece.size();
    const bool fits = found != parts_.end() &&
                      found->second->type() == static_cast<uint32_t>(type) &&
                      std::ranges::equal(found->second->shape(), shape) &&
                      found->second->values().size() == bytes;
    if (!fits) {
      return Error{Code::kFailedPrecondition, "STATE_DOES_NOT_FIT",
                   Format("'{}' is missing, or of another type or shape", name)};
    }
    const char* from = found->second->values().data();
    for (const auto& piece : parts) {
      if (!piece.empty()) std::memcpy(piece.data(), from, piece.size());
      from += piece.size();
    }
    return {};
  }
  bool ShapeOf(const std::string& name, Shape* shape) const override {
    const auto found = parts_.find(name);
    if (found == parts_.end()) return false;
    shape->assign(found->second->shape().begin(), found->second->shape().end());
    return true;
  }

  std::map<std::string, const cluster::State::Part*> parts_;
};

}  // namespace

void ToWire(ConstMatrixView matrix, WireNumbers numbers, cluster::Tensor& tensor) {
  if (matrix.empty()) return;
  tensor.set_rows(static_cast<uint32_t>(matrix.rows));
  tensor.set_columns(static_cast<uint32_t>(matrix.cols));
  if (numbers == WireNumbers::kBfloat16) {
    std::string& halves = *tensor.mutable_bfloat16();
    halves.reserve(matrix.rows * matrix.cols * sizeof(uint16_t));
    for (size_t i = 0; i < matrix.rows; ++i) AppendBfloat16(matrix.row(i), halves);
    return;
  }
  std::string& values = *tensor.mutable_float32();
  values.reserve(matrix.rows * matrix.cols * sizeof(float));
  for (size_t i = 0; i < matrix.rows; ++i) {
    values.append(reinterpret_cast<const char*>(matrix.row(i).data()), matrix.cols * sizeof(float));
  }
}

bool FitsWire(const cluster::Tensor& tensor, size_t rows, size_t columns) {
  const auto holds_all = [&](const std::string& values, size_t width) {
    // Not rows * columns * width: what a stranger says of them may be more than there are numbers.
    return values.size() % width == 0 && values.size() / width == rows * columns;
  };
  const bool fits = tensor.bfloat16().empty() ? holds_all(tensor.float32(), sizeof(float))
                                              : tensor.float32().empty() &&
                                                    holds_all(tensor.bfloat16(), sizeof(uint16_t));
  return tensor.rows() == rows && tensor.columns() == columns && fits;
}

void FromWire(const cluster::Tensor& tensor, MatrixView matrix) {
  HYPNOS_CHECK(FitsWire(tensor, matrix.rows, matrix.cols));
  if (!tensor.bfloat16().empty()) {
    const size_t row = matrix.cols * sizeof(uint16_t);
    for (size_t i = 0; i < matrix.rows; ++i) {
      ReadBfloat16(tensor.bfloat16().data() + i * row, matrix.row(i));
    }
    return;
  }
  const size_t row = matrix.cols * sizeof(float);
  for (size_t i = 0; i < matrix.rows; ++i) {
    std::memcpy(matrix.row(i).data(), tensor.float32().data() + i * row, row);
  }
}

Result<Matrix> FromWire(const cluster::Tensor& tensor) {
  if (tensor.rows() == 0 || tensor.columns() == 0) return Matrix();
  if (!FitsWire(tensor, tensor.rows(), tensor.columns())) {
    return Poisoned(Format("a matrix of {} x {} values came with {} bytes", tensor.rows(),
                           tensor.columns(), tensor.float32().size() + tensor.bfloat16().size()));
  }
  Matrix matrix(tensor.rows(), tensor.columns());
  FromWire(tensor, matrix.view());
  return matrix;
}

void ToWire(const LayerPlan& plan, cluster::Plan& wire) {
  const FfLayerOptions& layer = plan.layer;
  wire.set_locations(plan.locations);
  wire.set_below(layer.below);
  wire.set_above(layer.above);
  wire.set_self(layer.self);
  wire.set_units(layer.units);
  wire.set_constraint_units(layer.constraint_units);
  wire.set_top_units(layer.top_units);
  wire.set_damping(layer.damping);
  wire.set_threshold_per_unit(layer.threshold_per_unit);
  wire.set_temperature_per_unit(layer.temperature_per_unit);
  wire.set_peer_normalisation(layer.peer_normalisation);
  wire.set_norm_cap(layer.norm_cap);
  wire.set_batch(layer.batch);
  wire.set_storage(static_cast<uint32_t>(layer.storage));
  const LearningOptions& learning = plan.learning;
  wire.set_rule(static_cast<uint32_t>(learning.rule));
  wire.set_optimiser(static_cast<uint32_t>(learning.optimiser));
  wire.set_rate(learning.rate);
  wire.set_hold_steps(learning.hold_steps);
  wire.set_fall_steps(learning.fall_steps);
  wire.set_rate_floor(learning.rate_floor);
  wire.set_velocity(learning.velocity);
  wire.set_weight_decay(learning.weight_decay);
  wire.set_square_memory(learning.square_memory);
  wire.set_online_share(learning.online_share);
  wire.set_threshold_share(learning.threshold_share);
}

Result<LayerPlan> FromWire(const cluster::Plan& wire) {
  for (const uint64_t size : {wire.locations(), wire.below(), wire.above(), wire.units()}) {
    if (size > kMost) return Poisoned(Format("a layer of {} x {} values is none", size, size));
  }
  if (wire.locations() == 0) return Poisoned("a layer of no places is none");
  LayerPlan plan;
  plan.locations = wire.locations();
  FfLayerOptions& layer = plan.layer;
  layer.below = wire.below();
  layer.above = wire.above();
  layer.self = wire.self();
  layer.units = wire.units();
  layer.constraint_units = wire.constraint_units();
  layer.top_units = wire.top_units();
  layer.damping = wire.damping();
  layer.threshold_per_unit = wire.threshold_per_unit();
  layer.temperature_per_unit = wire.temperature_per_unit();
  layer.peer_normalisation = wire.peer_normalisation();
  layer.norm_cap = wire.norm_cap();
  layer.batch = wire.batch();
  HYPNOS_ASSIGN_OR_RETURN(layer.storage,
                          EnumOf(wire.storage(), WeightStorage::kBfloat16, "the weights' type"));
  LearningOptions& learning = plan.learning;
  HYPNOS_ASSIGN_OR_RETURN(learning.rule,
                          EnumOf(wire.rule(), LearningRule::kLooking, "the learning rule"));
  HYPNOS_ASSIGN_OR_RETURN(learning.optimiser,
                          EnumOf(wire.optimiser(), Optimiser::kRms, "the optimiser"));
  learning.rate = wire.rate();
  learning.hold_steps = wire.hold_steps();
  learning.fall_steps = wire.fall_steps();
  learning.rate_floor = wire.rate_floor();
  learning.velocity = wire.velocity();
  learning.weight_decay = wire.weight_decay();
  learning.square_memory = wire.square_memory();
  learning.online_share = wire.online_share();
  learning.threshold_share = wire.threshold_share();
  return plan;
}

// Of what is understood: a field that only one of both knows makes another plan of it.
uint64_t HashOf(const cluster::Plan& plan) {
  const std::string bytes = plan.SerializeAsString();
  return XXH3_64bits(bytes.data(), bytes.size());
}

void ToWire(const RemoteTick& tick, WireNumbers numbers, cluster::LayerTick& wire) {
  wire.set_lane(static_cast<uint64_t>(tick.tick->lane));
  wire.set_number(tick.tick->number);
  wire.set_start(static_cast<uint32_t>(tick.tick->start));
  wire.set_fork_lane(static_cast<uint64_t>(tick.tick->fork_lane));
  wire.set_fork_number(tick.tick->fork_number);
  wire.set_phase(static_cast<uint32_t>(tick.phase));
  ToWire(tick.below, numbers, *wire.mutable_below());
  ToWire(tick.above, numbers, *wire.mutable_above());
}

Result<WireTick> FromWire(const cluster::LayerTick& wire) {
  WireTick tick;
  tick.tick.lane = Lane{wire.lane()};
  tick.tick.number = wire.number();
  HYPNOS_ASSIGN_OR_RETURN(tick.tick.start, EnumOf(wire.start(), TickStart::kFork, "the start"));
  tick.tick.fork_lane = Lane{wire.fork_lane()};
  tick.tick.fork_number = wire.fork_number();
  HYPNOS_ASSIGN_OR_RETURN(tick.phase, EnumOf(wire.phase(), Phase::kNegative, "the phase"));
  HYPNOS_ASSIGN_OR_RETURN(tick.below, FromWire(wire.below()));
  HYPNOS_ASSIGN_OR_RETURN(tick.above, FromWire(wire.above()));
  return tick;
}

void SaveState(FfLayer& layer, cluster::State& state) {
  WireSaver saver(state);
  layer.ExchangeState(saver);
}

Status LoadState(const cluster::State& state, FfLayer& layer) {
  WireLoader loader(state);
  layer.ExchangeState(loader);
  return loader.status();
}

}  // namespace hypnos

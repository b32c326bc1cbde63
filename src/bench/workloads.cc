#include "bench/workloads.h"

#include <utility>

namespace hypnos::bench {
namespace {

LearningOptions Learning(float velocity, float weight_decay) {
  return {.rule = LearningRule::kInterleaved, .velocity = velocity, .weight_decay = weight_decay};
}

constexpr float kOneSampleRate = 1e-5f;

constexpr float kDecay = LearningOptions().weight_decay;

}  // namespace

std::span<const WorkloadShape> Batch1Shapes() {
  static const std::vector<WorkloadShape> shapes = {
      {.name = "3x1024", .inputs = 1024, .units = {1024, 1024, 1024}, .rate = kOneSampleRate},
      {.name = "8192x8192",
       .inputs = 8192,
       .units = {8192},
       .recurrent = false,
       .rate = kOneSampleRate},
  };
  return shapes;
}

std::span<const WorkloadRule> Batch1Rules() {
  static const std::vector<WorkloadRule> rules = {
      {.name = "look", .learns = false, .learning = Learning(0, 0)},
      {.name = "plain", .learning = Learning(0, 0)},
      {.name = "decay", .learning = Learning(0, kDecay)},
      {.name = "velocity_0.9", .learning = Learning(0.9f, kDecay)},
      {.name = "velocity_0.99", .learning = Learning(0.99f, kDecay)},
      {.name = "velocity_0.999", .learning = Learning(0.999f, kDecay)},
      {.name = "look_bf16",
       .learns = false,
       .learning = Learning(0, 0),
       .storage = WeightStorage::kBfloat16},
      {.name = "plain_bf16", .learning = Learning(0, 0), .storage = WeightStorage::kBfloat16},
  };
  return rules;
}

const WorkloadShape& Batch100Shape() {
  static const WorkloadShape shape{.name = "784-3x1000",
                                   .inputs = 784,
                                   .units = {1000, 1000, 1000},
                                   .recurrent = false,
                                   .batch = 100,
                                   .lanes = 2};
  return shape;
}

std::span<const WorkloadRule> Batch100Rules() {
  static const std::vector<WorkloadRule> rules = {
      {.name = "velocity_0.9", .learning = Learning(0.9f, kDecay), .peer_normalisation = 0},
      {.name = "peer_normalised", .learning = Learning(0.9f, kDecay)},
  };
  return rules;
}

std::span<const WorkloadShape> SmallShapes() {
  static const std::vector<WorkloadShape> shapes = {
      {.name = "small_batch1", .inputs = 45, .units = {33, 31, 29}},
      {.name = "small_batch100",
       .inputs = 78,
       .units = {37, 35},
       .recurrent = false,
       .batch = 100,
       .lanes = 2},
  };
  return shapes;
}

Result<Workload> Workload::Create(const WorkloadShape& shape, const WorkloadRule& rule) {
  LearningOptions learning = rule.learning;
  learning.rate = shape.rate;
  HYPNOS_ASSIGN_OR_RETURN(Column column,
                          Column::Create({.inputs = shape.inputs,
                                          .units = shape.units,
                                          .recurrent = shape.recurrent,
                                          .batch = shape.batch,
                                          .lanes = shape.lanes,
                                          .storage = rule.storage,
                                          .peer_normalisation = rule.peer_normalisation,
                                          .learning = learning},
                                         kWorkloadSeed));
  return Workload(rule, std::move(column));
}

Workload::Workload(const WorkloadRule& rule, Column column)
    : learns_(rule.learns), column_(std::move(column)) {
  const ColumnOptions& options = column_.options();
  for (size_t lane = 0; lane < options.lanes; ++lane) {
    inputs_.push_back(NormalisedRows(kSteps * options.batch, options.inputs, lane));
  }
  shown_.resize(options.lanes);
}

Phase Workload::PhaseOf(size_t lane, size_t step) const {
  if (!learns_) return Phase::kLook;
  return (inputs_.size() == 1 ? step : lane) % 2 == 0 ? Phase::kPositive : Phase::kNegative;
}

void Workload::Step(Executor& executor) {
  const size_t batch = column_.options().batch;
  for (size_t lane = 0; lane < inputs_.size(); ++lane) {
    const ConstMatrixView all = inputs_[lane];
    shown_[lane] = {all.Rows(step_ % kSteps * batch, batch), PhaseOf(lane, step_)};
  }
  column_.Step(shown_, executor);
  ++step_;
}

double Workload::operations() const {
  const auto products = static_cast<double>(column_.weight_count() * column_.options().batch *
                                            column_.options().lanes);
  return (learns_ ? 4 : 2) * products;
}

}  // namespace hypnos::bench

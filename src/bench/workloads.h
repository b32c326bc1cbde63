// The layers, rules and inputs that are measured here and by the peers: one line a case.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "bench/column.h"

namespace hypnos::bench {

inline constexpr uint64_t kWorkloadSeed = 1;

struct WorkloadShape {
  std::string name;
  size_t inputs = 0;
  std::vector<size_t> units;
  bool recurrent = true;
  size_t batch = 1;
  // 1: positive and negative steps in turns, each with its update. 2: each step is a positive and a
  // negative pass and one update.
  size_t lanes = 1;
  // Without a batch to take the mean of, and over so many weights, the usual rate explodes.
  float rate = LearningOptions().rate;
};

struct WorkloadRule {
  std::string name;
  bool learns = true;
  LearningOptions learning;  // but for the rate
  float peer_normalisation = FfLayerOptions().peer_normalisation;
  // Peers have no bfloat16.
  WeightStorage storage = WeightStorage::kFloat32;
};

// One sample at a time: bound by reading the weights.
std::span<const WorkloadShape> Batch1Shapes();
std::span<const WorkloadRule> Batch1Rules();
// A hundred at a time: bound by arithmetic.
const WorkloadShape& Batch100Shape();
std::span<const WorkloadRule> Batch100Rules();
// Of the kinds above, but of odd widths and small enough to check quickly.
std::span<const WorkloadShape> SmallShapes();

class Workload {
 public:
  // The inputs repeat after so many steps.
  static constexpr size_t kSteps = 16;

  // Errors: those of FfLayer::Create.
  static Result<Workload> Create(const WorkloadShape& shape, const WorkloadRule& rule);

  void Step(Executor& executor);

  const Column& column() const { return column_; }
  size_t lane_count() const { return inputs_.size(); }
  // [kSteps x batch rows]
  const Matrix& inputs(size_t lane) const { return inputs_[lane]; }
  Phase PhaseOf(size_t lane, size_t step) const;
  // Multiplications and additions of the matrix products of a step.
  double operations() const;

 private:
  Workload(const WorkloadRule& rule, Column column);

  bool learns_;
  Column column_;
  std::vector<Matrix> inputs_;
  std::vector<LaneInput> shown_;
  size_t step_ = 0;
};

}  // namespace hypnos::bench

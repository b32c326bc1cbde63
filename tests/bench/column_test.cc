#include "bench/column.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "bench/threads.h"
#include "bench/workloads.h"

namespace hypnos::bench {
namespace {

constexpr uint64_t kSeed = 5;

ColumnOptions SmallColumn(bool recurrent) {
  return {.inputs = 6,
          .units = {5, 4},
          .recurrent = recurrent,
          .batch = 3,
          .learning = {.rule = LearningRule::kInterleaved}};
}

bool IsZero(ConstMatrixView view) {
  for (size_t i = 0; i < view.rows; ++i) {
    if (std::ranges::any_of(view.row(i), [](float v) { return v != 0; })) return false;
  }
  return true;
}

std::vector<float> Values(ConstMatrixView view) {
  std::vector<float> values;
  for (size_t i = 0; i < view.rows; ++i) {
    values.insert(values.end(), view.row(i).begin(), view.row(i).end());
  }
  return values;
}

TEST(Column, RecurrentLayersHearOfAnInputAStepLater) {
  auto column = Column::Create(SmallColumn(true), kSeed);
  ASSERT_TRUE(column.ok());
  SerialExecutor executor;
  const Matrix x = NormalisedRows(3, 6, kSeed);
  const LaneInput input{x, Phase::kLook};
  column->Step({&input, 1}, executor);
  EXPECT_FALSE(IsZero(column->output(0, 0)));
  EXPECT_TRUE(IsZero(column->output(0, 1)));
  column->Step({&input, 1}, executor);
  EXPECT_FALSE(IsZero(column->output(0, 1)));
}

TEST(Column, FeedForwardLayersHearOfItAtOnceAndRememberNothing) {
  ColumnOptions options = SmallColumn(false);
  auto column = Column::Create(options, kSeed);
  ASSERT_TRUE(column.ok());
  SerialExecutor executor;
  const Matrix x = NormalisedRows(3, 6, kSeed);
  const LaneInput input{x, Phase::kLook};
  column->Step({&input, 1}, executor);
  EXPECT_FALSE(IsZero(column->output(0, 1)));
  EXPECT_EQ(column->layer(0).options().fan_in(), 6U);
  EXPECT_EQ(column->layer(1).options().fan_in(), 5U);
  EXPECT_EQ(column->weight_count(), 5U * 6 + 4U * 5);
}

TEST(Workload, OneLaneLearnsFromRealAndDreamedStepsInTurns) {
  const WorkloadRule rule{.name = "learn", .learning = {.rule = LearningRule::kInterleaved}};
  const auto workload = Workload::Create(SmallShapes()[0], rule);
  ASSERT_TRUE(workload.ok());
  EXPECT_EQ(workload->PhaseOf(0, 0), Phase::kPositive);
  EXPECT_EQ(workload->PhaseOf(0, 1), Phase::kNegative);
}

TEST(Workload, TwoLanesLearnFromBothInEachStep) {
  const auto workload = Workload::Create(SmallShapes()[1], Batch100Rules()[0]);
  ASSERT_TRUE(workload.ok());
  for (size_t step = 0; step < 2; ++step) {
    EXPECT_EQ(workload->PhaseOf(0, step), Phase::kPositive);
    EXPECT_EQ(workload->PhaseOf(1, step), Phase::kNegative);
  }
}

TEST(Workload, OnlyThoseThatLearnMoveTheirWeights) {
  for (const WorkloadRule& rule : Batch1Rules()) {
    auto workload = Workload::Create(SmallShapes()[0], rule);
    ASSERT_TRUE(workload.ok());
    const std::vector<float> before = Values(workload->column().layer(0).parameters().weights);
    SerialExecutor executor;
    for (int i = 0; i < 3; ++i) workload->Step(executor);
    const bool moved = Values(workload->column().layer(0).parameters().weights) != before;
    EXPECT_EQ(moved, rule.learns) << rule.name;
  }
}

TEST(Workload, ComputesTheSameBitsOnTwoThreads) {
  for (const WorkloadShape& shape : SmallShapes()) {
    std::vector<std::vector<float>> outputs;
    for (const int threads : {1, 2}) {
      auto workload = Workload::Create(shape, Batch100Rules()[1]);
      ASSERT_TRUE(workload.ok());
      WithThreads(threads, [&](Executor& executor) {
        for (int i = 0; i < 4; ++i) workload->Step(executor);
      });
      outputs.push_back(Values(workload->column().output(0, 1)));
    }
    EXPECT_EQ(outputs[0], outputs[1]) << shape.name;
  }
}

}  // namespace
}  // namespace hypnos::bench

#include "hypnos/network/softmax_generator.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "hypnos/base/rng.h"
#include "hypnos/tensor/one_hot.h"
#include "support/reversed_executor.h"

namespace hypnos {
namespace {

constexpr size_t kSymbols = 3, kWindow = 2, kInputs = kSymbols * kWindow, kUnits = 4;

GeneratorOptions Options(float rate) {
  return {.kind = GeneratorKind::kSoftmax, .rate = rate, .symbols = kSymbols};
}

// Readers of a text in which each symbol is followed by the next one.
class Bench {
 public:
  explicit Bench(float rate, size_t batch = 2)
      : generator(Options(rate), {kUnits}, kInputs, batch),
        prediction(batch, kInputs),
        layer_(batch, kUnits),
        x_(batch, kInputs) {
    Read(0);
  }

  // Returns the error.
  double Step(Executor& executor) {
    generator.Predict(features(), prediction, executor);
    const Matrix layer = layer_, x = x_;
    Read(++time_);
    const double bits = generator.Compare(prediction, x_, executor);
    generator.Learn(std::vector<ConstMatrixView>{layer, x}, executor);
    return bits;
  }

  std::vector<ConstMatrixView> features() const { return {layer_, x_}; }
  Matrix& layer() { return layer_; }
  Matrix& x() { return x_; }

  SoftmaxGenerator generator;
  Matrix prediction;

 private:
  void Read(size_t time) {
    std::ranges::fill(x_.values(), 0.0f);
    for (size_t i = 0; i < x_.rows(); ++i) {
      x_.row(i)[(time + i) % kSymbols] = OneHotValue(kSymbols);
      x_.row(i)[kSymbols + (time + i + kSymbols - 1) % kSymbols] = OneHotValue(kSymbols);
      for (float& value : layer_.row(i)) value = rng_.Normal();
    }
  }

  Matrix layer_, x_;
  Rng rng_{1};
  size_t time_ = 0;
};

TEST(SoftmaxGenerator, HoldsAllSymbolsForEquallyLikelyAtFirst) {
  Bench bench(0.1f);
  SerialExecutor executor;
  EXPECT_NEAR(bench.Step(executor), std::log2(3), 1e-6);
}

TEST(SoftmaxGenerator, KnowsWhatIsInViewNext) {
  Bench bench(0.1f);
  SerialExecutor executor;
  bench.generator.Predict(bench.features(), bench.prediction, executor);
  for (size_t i = 0; i < 2; ++i) {
    for (size_t c = 0; c < kSymbols; ++c) {
      EXPECT_EQ(bench.prediction.row(i)[kSymbols + c], bench.x().row(i)[c]);
    }
  }
}

TEST(SoftmaxGenerator, LearnsWhatFollowsWhat) {
  Bench bench(0.5f);
  SerialExecutor executor;
  double bits = 0;
  for (int i = 0; i < 300; ++i) bits = bench.Step(executor);
  EXPECT_LT(bits, 0.3);
  EXPECT_LT(bench.generator.row_errors()[1], 0.4);
}

// One step from zero: q = 1/3, and each weight moves by rate / number of features, whatever its
// gradient is, in the direction of the error.
TEST(SoftmaxGenerator, StepsAsTheHeaderSays) {
  Bench bench(0.6f, 1);
  SerialExecutor executor;
  const Matrix x = bench.x();
  bench.Step(executor);
  const Matrix weights = bench.generator.weights();
  const float step = 0.6f / static_cast<float>(kUnits + kInputs);
  for (size_t c = 0; c < kSymbols; ++c) {
    for (size_t j = 0; j < kInputs; ++j) {
      const float expected = x.row(0)[j] == 0 ? 0 : c == 1 ? step : -step;
      EXPECT_NEAR(weights.view()(c, kUnits + j), expected, 1e-5f) << c << j;
    }
  }
}

TEST(SoftmaxGenerator, TheErrorIsWhatCameWithoutWhatWasExpected) {
  Bench bench(0.1f, 1);
  SerialExecutor executor;
  bench.generator.Predict(bench.features(), bench.prediction, executor);
  bench.generator.Compare(bench.prediction, bench.x(), executor);
  const auto error = bench.generator.errors().row(0);
  EXPECT_NEAR(error[0], 2.0f / 3, 1e-6f);
  EXPECT_NEAR(error[1], -1.0f / 3, 1e-6f);
  EXPECT_EQ(error[kSymbols], 0);
}

TEST(SoftmaxGenerator, WhatIsNotFiniteIsNotLearnedFrom) {
  Bench bench(0.5f);
  SerialExecutor executor;
  bench.Step(executor);
  const Matrix before = bench.generator.weights();
  const auto same = [&] {
    return std::ranges::equal(before.values(), bench.generator.weights().values());
  };
  bench.layer().row(0)[0] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_FALSE(std::isfinite(bench.Step(executor)));
  EXPECT_TRUE(same());
  // Neither is an error twice.
  bench.generator.Learn(bench.features(), executor);
  EXPECT_TRUE(same());
}

TEST(SoftmaxGenerator, WithoutARateItNeverLearns) {
  Bench bench(0);
  SerialExecutor executor;
  for (int i = 0; i < 5; ++i) EXPECT_NEAR(bench.Step(executor), std::log2(3), 1e-6);
}

TEST(SoftmaxGenerator, BitsDoNotDependOnTheExecutor) {
  Bench one(0.3f, 300), other(0.3f, 300);
  SerialExecutor serial;
  ReversedExecutor reversed;
  for (int i = 0; i < 5; ++i) EXPECT_EQ(one.Step(serial), other.Step(reversed));
  EXPECT_TRUE(
      std::ranges::equal(one.generator.weights().values(), other.generator.weights().values()));
}

}  // namespace
}  // namespace hypnos

#include "hypnos/network/linear_generator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "support/reversed_executor.h"
#include "tensor/naive.h"

namespace hypnos {
namespace {

// More rows than one part of a job takes.
constexpr size_t kBatch = 300;
const std::vector<size_t> kWidths = {5, 3};
constexpr size_t kInputs = 4;
constexpr size_t kAll = 5 + 3 + kInputs;

// What all layers say at one time, then the input.
struct Features {
  explicit Features(Rng& rng, size_t batch = kBatch) {
    for (const size_t width : {kWidths[0], kWidths[1], kInputs}) {
      parts.push_back(naive::RandomMatrix(batch, width, rng));
    }
  }
  std::vector<ConstMatrixView> views() const { return {parts.begin(), parts.end()}; }
  const Matrix& input() const { return parts.back(); }
  double at(size_t row, size_t column) const {
    for (const Matrix& part : parts) {
      if (column < part.cols()) return static_cast<double>(part.view()(row, column));
      column -= part.cols();
    }
    return 0;
  }

  std::vector<Matrix> parts;
};

class Bench {
 public:
  explicit Bench(const GeneratorOptions& options, size_t batch = kBatch)
      : generator(options, kWidths, kInputs, batch), prediction(batch, kInputs) {}

  // Predicts from `now`, sees `next` and learns from it. Returns the error.
  double Step(const Features& now, const Matrix& next) {
    generator.Predict(now.views(), prediction, executor_);
    const double error = generator.Compare(prediction, next, executor_);
    generator.Learn(now.views(), executor_);
    return error;
  }

  LinearGenerator generator;
  Matrix prediction;

 private:
  SerialExecutor executor_;
};

bool Same(const Matrix& a, const Matrix& b) { return std::ranges::equal(a.values(), b.values()); }

TEST(LinearGenerator, StartsByExpectingTheSameAgain) {
  Rng rng(1);
  const Features now(rng);
  Bench bench({.rate = 0.2f, .start = GeneratorStart::kCopyLast});
  bench.Step(now, now.input());
  EXPECT_TRUE(Same(bench.prediction, now.input()));
}

TEST(LinearGenerator, StartsByExpectingNothingIfAskedTo) {
  Rng rng(1);
  const Features now(rng);
  Bench bench({.rate = 0.2f, .start = GeneratorStart::kZero});
  bench.Step(now, now.input());
  EXPECT_TRUE(Same(bench.prediction, Matrix(kBatch, kInputs)));
}

// V and its updates in double precision.
void ExpectTheDeltaRule(size_t batch, int steps) {
  SCOPED_TRACE(batch);
  Rng rng(2);
  const GeneratorOptions options{.rate = 0.5f};
  Bench bench(options, batch);
  std::vector<std::vector<double>> v(kInputs, std::vector<double>(kAll));
  for (size_t i = 0; i < kInputs; ++i) v[i][kAll - kInputs + i] = 1;
  const auto rows = static_cast<double>(batch);
  for (int step = 0; step < steps; ++step) {
    const Features now(rng, batch);
    const Matrix next = naive::RandomMatrix(batch, kInputs, rng);
    const double error = bench.Step(now, next);

    double energy = 0, expected_error = 0;
    std::vector<std::vector<double>> change(kInputs, std::vector<double>(kAll));
    for (size_t b = 0; b < batch; ++b) {
      for (size_t f = 0; f < kAll; ++f) energy += now.at(b, f) * now.at(b, f) / rows;
      for (size_t i = 0; i < kInputs; ++i) {
        double e = static_cast<double>(next.view()(b, i));
        for (size_t f = 0; f < kAll; ++f) e -= v[i][f] * now.at(b, f);
        expected_error += e * e / rows / kInputs;
        for (size_t f = 0; f < kAll; ++f) change[i][f] += e * now.at(b, f) / rows;
      }
    }
    EXPECT_NEAR(error, expected_error, 1e-5 * expected_error);
    const Matrix weights = bench.generator.weights();
    for (size_t i = 0; i < kInputs; ++i) {
      for (size_t f = 0; f < kAll; ++f) {
        v[i][f] += static_cast<double>(options.rate) / (1 + energy) * change[i][f];
        ASSERT_NEAR(weights.view()(i, f), v[i][f], 1e-5)
            << "step " << step << ", input " << i << ", feature " << f;
      }
    }
  }
}

TEST(LinearGenerator, LearnsByTheNormalisedDeltaRule) { ExpectTheDeltaRule(kBatch, 20); }

// Of few rows updates wait; in between they are written several times.
TEST(LinearGenerator, LearnsTheSameWhereUpdatesWait) {
  ExpectTheDeltaRule(1, 200);
  ExpectTheDeltaRule(3, 70);
}

TEST(LinearGenerator, TellsTheErrorOfEachRow) {
  LinearGenerator generator({}, kWidths, kInputs, 2);
  Matrix prediction(2, kInputs), x(2, kInputs);
  x.row(0)[1] = 4;
  prediction.row(1)[3] = 2;
  SerialExecutor executor;
  EXPECT_DOUBLE_EQ(generator.Compare(prediction, x, executor), 2.5);
  EXPECT_EQ(generator.row_errors()[0], 4);
  EXPECT_EQ(generator.row_errors()[1], 1);
  EXPECT_EQ(generator.errors().view()(0, 1), 4) << "what came, less what was expected";
  EXPECT_EQ(generator.errors().view()(1, 3), -2);
}

GeneratorOptions ByLeastSquares() { return {.rule = GeneratorRule::kLeastSquares}; }

// Inputs that say nearly the same: their sum swings ten times as far as their differences.
Features Alike(Rng& rng) {
  Features features(rng);
  Matrix& x = features.parts.back();
  for (size_t b = 0; b < kBatch; ++b) {
    const float common = 5 * rng.Normal();
    for (float& value : x.row(b)) value = common + value;
  }
  return features;
}

// Of the next step each input is half of what its neighbour differs from it.
Matrix Follow(const Features& now) {
  Matrix next(kBatch, kInputs);
  for (size_t b = 0; b < kBatch; ++b) {
    const auto x = now.input().row(b);
    for (size_t i = 0; i < kInputs; ++i) next.row(b)[i] = 0.5f * (x[(i + 1) % kInputs] - x[i]);
  }
  return next;
}

double ErrorAfter(const GeneratorOptions& options, int steps) {
  Rng rng(7);
  Bench bench(options);
  for (int step = 0; step < steps; ++step) {
    const Features now = Alike(rng);
    bench.Step(now, Follow(now));
  }
  const Features now = Alike(rng);
  return bench.Step(now, Follow(now));
}

TEST(LinearGenerator, LeastSquaresFindWhatTheDeltaRuleTakesLongFor) {
  const double delta = ErrorAfter({}, 400), least = ErrorAfter(ByLeastSquares(), 400);
  EXPECT_GT(delta, 0.1);
  EXPECT_LT(least, 0.1 * delta);
}

// The truth is known: each input is half of what its neighbour differs from it, and noise.
TEST(LinearGenerator, LeastSquaresComeToTheLeastError) {
  Rng rng(8);
  Bench bench({.rule = GeneratorRule::kLeastSquares, .start = GeneratorStart::kZero});
  const auto noisy = [&](const Features& now) {
    Matrix next = Follow(now);
    for (float& value : next.values()) value += rng.Normal();
    return next;
  };
  for (int step = 0; step < 400; ++step) {
    const Features now(rng);
    bench.Step(now, noisy(now));
  }
  const Matrix weights = bench.generator.weights();
  for (size_t i = 0; i < kInputs; ++i) {
    for (size_t j = 0; j < kInputs; ++j) {
      const double truth = j == i ? -0.5 : j == (i + 1) % kInputs ? 0.5 : 0;
      // 400 steps of 150 rows that are seen: a standard error of 0.004.
      EXPECT_NEAR(weights.view()(i, kAll - kInputs + j), truth, 0.02);
    }
  }
}

TEST(LinearGenerator, LeastSquaresForgetWhatNoLongerHolds) {
  Rng rng(9);
  Bench bench({.rule = GeneratorRule::kLeastSquares, .horizon_steps = 20});
  for (int step = 0; step < 100; ++step) {
    const Features now(rng);
    bench.Step(now, now.input());
  }
  for (int step = 0; step < 200; ++step) {
    const Features now(rng);
    bench.Step(now, Follow(now));
  }
  const Features now(rng);
  EXPECT_LT(bench.Step(now, Follow(now)), 1e-3);
}

// Features whose squares overflow, and errors that are finite: the weights that read them are zero.
TEST(LinearGenerator, LeastSquaresLearnNothingFromWhatIsNotFinite) {
  Rng rng(3);
  Features now(rng);
  for (float& value : now.parts.back().values()) value *= 1e25f;
  GeneratorOptions options = ByLeastSquares();
  options.start = GeneratorStart::kZero;
  Bench bench(options);
  const double error = bench.Step(now, naive::RandomMatrix(kBatch, kInputs, rng));
  EXPECT_TRUE(std::isfinite(error));
  const Matrix weights = bench.generator.weights();
  for (size_t i = 0; i < kInputs; ++i) {
    for (size_t j = kAll - kInputs; j < kAll; ++j) EXPECT_EQ(weights.view()(i, j), 0);
  }
}

// More inputs than one part of a job takes.
TEST(LinearGenerator, LeastSquaresOfManyInputsDoNotDependOnTheExecutor) {
  constexpr size_t kMany = 150;
  Rng rng(4);
  LinearGenerator one(ByLeastSquares(), {}, kMany, kBatch),
      other(ByLeastSquares(), {}, kMany, kBatch);
  Matrix prediction(kBatch, kMany);
  SerialExecutor serial;
  ReversedExecutor reversed;
  double first = 0, last = 0;
  for (int step = 0; step < 40; ++step) {
    const Matrix now = naive::RandomMatrix(kBatch, kMany, rng);
    // Each input goes on to its neighbour.
    Matrix next(kBatch, kMany);
    for (size_t b = 0; b < kBatch; ++b) {
      std::ranges::rotate_copy(now.row(b), now.row(b).begin() + 1, next.row(b).begin());
    }
    const ConstMatrixView features = now;
    other.Predict({&features, 1}, prediction, reversed);
    other.Compare(prediction, next, reversed);
    other.Learn({&features, 1}, reversed);
    one.Predict({&features, 1}, prediction, serial);
    last = one.Compare(prediction, next, serial);
    one.Learn({&features, 1}, serial);
    if (step == 0) first = last;
  }
  EXPECT_TRUE(Same(one.weights(), other.weights()));
  EXPECT_LT(last, 0.01 * first) << "of every part";
}

TEST(LinearGenerator, LeastSquaresOfNothingLeaveTheWeights) {
  Rng rng(3);
  Features now(rng);
  for (Matrix& part : now.parts) std::ranges::fill(part.values(), 0.0f);
  Bench bench(ByLeastSquares());
  const Matrix before = bench.generator.weights();
  for (int step = 0; step < 10; ++step) bench.Step(now, naive::RandomMatrix(kBatch, kInputs, rng));
  EXPECT_TRUE(Same(bench.generator.weights(), before));
}

// One of four inputs is on, the next one the time after.
class Carousel {
 public:
  explicit Carousel(const GeneratorOptions& options)
      : generator_(options, {}, kInputs, 1), prediction_(1, kInputs) {}

  double Turn() {
    Matrix now(1, kInputs), next(1, kInputs);
    now.values()[turn_ % kInputs] = 1;
    next.values()[++turn_ % kInputs] = 1;
    const ConstMatrixView features = now;
    generator_.Predict({&features, 1}, prediction_, executor_);
    const double error = generator_.Compare(prediction_, next, executor_);
    generator_.Learn({&features, 1}, executor_);
    return error;
  }

 private:
  LinearGenerator generator_;
  Matrix prediction_;
  SerialExecutor executor_;
  size_t turn_ = 0;
};

TEST(LinearGenerator, LearnsWhatFollowsWhat) {
  Carousel carousel({});
  const double first = carousel.Turn();
  for (int turn = 0; turn < 400; ++turn) carousel.Turn();
  EXPECT_LT(carousel.Turn(), 1e-6 * first);
}

TEST(LinearGenerator, IsStableAtRatesBelowTwo) {
  Carousel carousel({.rate = 1.9f, .start = GeneratorStart::kCopyLast});
  const double first = carousel.Turn();
  for (int turn = 0; turn < 400; ++turn) EXPECT_LE(carousel.Turn(), first);
}

TEST(LinearGenerator, WithoutARateItNeverLearns) {
  Carousel carousel({.rate = 0, .start = GeneratorStart::kCopyLast});
  const double first = carousel.Turn();
  for (int turn = 0; turn < 10; ++turn) EXPECT_EQ(carousel.Turn(), first);
}

TEST(LinearGenerator, AnErrorThatIsNotFiniteIsNotLearnedFrom) {
  Rng rng(3);
  const Features now(rng);
  Matrix next = naive::RandomMatrix(kBatch, kInputs, rng);
  next.values()[17] = std::numeric_limits<float>::quiet_NaN();
  Bench bench({});
  const Matrix before = bench.generator.weights();
  EXPECT_FALSE(std::isfinite(bench.Step(now, next)));
  EXPECT_TRUE(Same(bench.generator.weights(), before));
}

TEST(LinearGenerator, FeaturesThatAreNotFiniteAreNotLearnedFrom) {
  Rng rng(3);
  Features now(rng);
  now.parts[1].values()[8] = std::numeric_limits<float>::infinity();
  Bench bench({});
  const Matrix before = bench.generator.weights();
  bench.Step(now, naive::RandomMatrix(kBatch, kInputs, rng));
  EXPECT_TRUE(Same(bench.generator.weights(), before));
}

TEST(LinearGenerator, AnErrorIsLearnedFromOnce) {
  Rng rng(3);
  const Features now(rng);
  Bench bench({});
  bench.Step(now, naive::RandomMatrix(kBatch, kInputs, rng));
  const Matrix once = bench.generator.weights();
  SerialExecutor executor;
  bench.generator.Learn(now.views(), executor);
  EXPECT_TRUE(Same(bench.generator.weights(), once));
}

void ExpectTheSameBits(const GeneratorOptions& options) {
  for (const size_t batch : {kBatch, size_t{2}}) {
    if (batch == 2 && options.rule == GeneratorRule::kLeastSquares) continue;
    Rng rng(4);
    Bench one(options, batch);
    LinearGenerator other(options, kWidths, kInputs, batch);
    Matrix prediction(batch, kInputs);
    ReversedExecutor reversed;
    for (int step = 0; step < 50; ++step) {
      const Features now(rng, batch);
      const Matrix next = naive::RandomMatrix(batch, kInputs, rng);
      other.Predict(now.views(), prediction, reversed);
      const double error = other.Compare(prediction, next, reversed);
      other.Learn(now.views(), reversed);
      EXPECT_EQ(one.Step(now, next), error);
    }
    EXPECT_TRUE(Same(one.generator.weights(), other.weights()));
  }
}

TEST(LinearGenerator, BitsDoNotDependOnTheExecutor) {
  ExpectTheSameBits({});
  ExpectTheSameBits(ByLeastSquares());
}

TEST(LinearGenerator, TakesWeightsInPlaceOfThoseThatWait) {
  Rng rng(6);
  Bench bench({}, 1);
  const Matrix given = naive::RandomMatrix(kInputs, kAll, rng);
  bench.Step(Features(rng, 1), naive::RandomMatrix(1, kInputs, rng));
  bench.generator.SetWeights(given);
  EXPECT_TRUE(Same(bench.generator.weights(), given));
}

TEST(LinearGenerator, TakesTheFeaturesOfAllLayersOnly) {
  Rng rng(5);
  const Features now(rng);
  Bench bench({});
  SerialExecutor executor;
  const std::vector<ConstMatrixView> views = now.views();
  EXPECT_DEATH(bench.generator.Predict(std::span(views).first(2), bench.prediction, executor),
               "broken promise");
}

}  // namespace
}  // namespace hypnos

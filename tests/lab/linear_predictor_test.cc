#include "lab/linear_predictor.h"

#include <gtest/gtest.h>

#include "hypnos/base/rng.h"

namespace hypnos::lab {
namespace {

Matrix Random(size_t rows, size_t cols, Rng& rng) {
  Matrix x(rows, cols);
  for (float& value : x.values()) value = rng.Normal();
  return x;
}

// x(t+1)_j = 0.5 x(t)_j - 0.25 x(t-1)_(j+1) + 1
Matrix Next(const Matrix& now, const Matrix& before) {
  Matrix next(now.rows(), now.cols());
  for (size_t i = 0; i < now.rows(); ++i) {
    for (size_t j = 0; j < now.cols(); ++j) {
      next.row(i)[j] = 0.5f * now.row(i)[j] - 0.25f * before.row(i)[(j + 1) % now.cols()] + 1;
    }
  }
  return next;
}

TEST(LinearPredictor, FindsWhatIsLinear) {
  Rng rng(1);
  LinearPredictor one(3, 1), two(3, 2);
  for (int t = 0; t < 50; ++t) {
    const Matrix before = Random(20, 3, rng), now = Random(20, 3, rng), next = Next(now, before);
    one.Observe({now}, next);
    two.Observe({now, before}, next);
  }
  one.Solve();
  two.Solve();
  const Matrix before = Random(200, 3, rng), now = Random(200, 3, rng), next = Next(now, before);
  EXPECT_NEAR(two.Error({now, before}, next), 0, 1e-6);
  // What the frame before contributed is left: 0.25^2 of a variance of 1.
  EXPECT_NEAR(one.Error({now}, next), 0.0625, 0.01);
}

TEST(LinearPredictor, IsNoWorseThanCopyingOnWhatItWasFittedTo) {
  Rng rng(2);
  std::vector<Matrix> frames;
  for (int t = 0; t < 20; ++t) frames.push_back(Random(5, 4, rng));
  LinearPredictor predictor(4, 1);
  for (size_t t = 1; t < frames.size(); ++t) predictor.Observe({frames[t - 1]}, frames[t]);
  predictor.Solve();
  double error = 0, copied = 0;
  for (size_t t = 1; t < frames.size(); ++t) {
    error += predictor.Error({frames[t - 1]}, frames[t]);
    for (size_t i = 0; i < 20; ++i) {
      const double d = frames[t].values()[i] - frames[t - 1].values()[i];
      copied += d * d / 20;
    }
  }
  EXPECT_LT(error, copied);
}

TEST(LinearPredictor, InputThatNeverChangesIsPredicted) {
  LinearPredictor predictor(2, 1);
  Matrix x(3, 2);
  for (float& value : x.values()) value = 0;
  for (int t = 0; t < 5; ++t) predictor.Observe({x}, x);
  predictor.Solve();
  EXPECT_NEAR(predictor.Error({x}, x), 0, 1e-9);
}

}  // namespace
}  // namespace hypnos::lab

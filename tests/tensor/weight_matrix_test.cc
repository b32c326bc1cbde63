#include "hypnos/tensor/weight_matrix.h"

#include <gtest/gtest.h>

#include "tensor/naive.h"

namespace hypnos {
namespace {

struct Case {
  const char* name;
  WeightStorage storage;
  bool expanded;
};

class Weights : public testing::TestWithParam<Case> {
 protected:
  static constexpr size_t kUnits = 70, kInputs = 300;  // more than a tile of both

  WeightMatrix Make() const {
    return WeightMatrix(kUnits, kInputs, GetParam().storage, GetParam().expanded);
  }
  double tolerance() const {
    return GetParam().storage == WeightStorage::kFloat32 ? 1e-5 : 4.0 / 128;
  }
  static Matrix Values(const WeightMatrix& weights) {
    Matrix values(kUnits, kInputs);
    weights.CopyTo(values);
    return values;
  }
  void ExpectNear(const Matrix& a, const Matrix& b) const {
    for (size_t i = 0; i < a.values().size(); ++i) {
      ASSERT_NEAR(a.values()[i], b.values()[i],
                  tolerance() * (std::abs(static_cast<double>(b.values()[i])) + 0.01));
    }
  }

  Rng rng_{1};
};

TEST_P(Weights, GiveBackWhatTheyWereAssigned) {
  WeightMatrix weights = Make();
  const Matrix values = naive::RandomMatrix(kUnits, kInputs, rng_);
  weights.Assign(values, 1);
  ExpectNear(Values(weights), values);
}

TEST_P(Weights, MultiplyByTheValuesThatTheyHold) {
  WeightMatrix weights = Make();
  weights.Assign(naive::RandomMatrix(kUnits, kInputs, rng_), 1);
  const Matrix held = Values(weights), x = naive::RandomMatrix(2, kInputs, rng_);
  Matrix out(2, kUnits), expected(2, kUnits);
  weights.MultiplyFew(x, 0, out.view().Cols(0, 33));
  weights.MultiplyFew(x, 33, out.view().Cols(33, kUnits - 33));
  MultiplyFew(x, held, expected);
  for (size_t i = 0; i < out.values().size(); ++i) {
    EXPECT_NEAR(out.values()[i], expected.values()[i], 1e-3);
  }
}

TEST_P(Weights, TakeUpProductsOfFactors) {
  WeightMatrix weights = Make();
  const Matrix start = naive::RandomMatrix(kUnits, kInputs, rng_);
  weights.Assign(start, 1);
  const Matrix terms = naive::RandomMatrix(5, kUnits, rng_);
  const Matrix inputs = naive::RandomMatrix(5, kInputs, rng_);
  weights.AddOuter(terms, inputs, 0, 10, 2);
  weights.AddOuter(terms, inputs, 10, kUnits - 10, 2);
  Matrix expected = start;
  for (size_t j = 0; j < 5; ++j) {
    for (size_t u = 0; u < kUnits; ++u) {
      for (size_t f = 0; f < kInputs; ++f) {
        expected.view()(u, f) += terms.view()(j, u) * inputs.view()(j, f);
      }
    }
  }
  const Matrix values = Values(weights);
  for (size_t i = 0; i < values.values().size(); ++i) {
    // Rounded twice: as assigned, and as added to.
    ASSERT_NEAR(values.values()[i], expected.values()[i],
                tolerance() * (std::abs(static_cast<double>(start.values()[i])) +
                               std::abs(static_cast<double>(expected.values()[i])) + 0.1));
  }
}

TEST_P(Weights, AreScaledAndMeasuredARowAtATime) {
  WeightMatrix weights = Make();
  weights.Assign(naive::RandomMatrix(kUnits, kInputs, rng_), 1);
  const Matrix held = Values(weights);
  EXPECT_NEAR(weights.SumOfSquares(3), naive::SumOfSquares(held.row(3)), 1e-2);
  weights.Scale(2, 3, 4);
  Matrix expected = held;
  for (float& w : expected.row(3)) w *= 2;
  const Matrix scaled = Values(weights);
  EXPECT_TRUE(std::ranges::equal(scaled.values(), expected.values())) << "twice is exact";
}

INSTANTIATE_TEST_SUITE_P(Storages, Weights,
                         testing::Values(Case{"float32", WeightStorage::kFloat32, true},
                                         Case{"bfloat16", WeightStorage::kBfloat16, false},
                                         Case{"bfloat16_expanded", WeightStorage::kBfloat16, true}),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace hypnos

#include "hypnos/tensor/pending_factors.h"

#include <gtest/gtest.h>

#include "tensor/naive.h"

namespace hypnos {
namespace {

constexpr size_t kUnits = 7;
constexpr size_t kInputs = 13;

// Pushes, drops and coefficients beside the matrix that they stand for.
class Both {
 public:
  explicit Both(size_t capacity) : factors(capacity, kUnits, kInputs, 2) {}

  void Push(float coefficient) {
    const auto term = naive::RandomVector(kUnits, rng_), input = naive::RandomVector(kInputs, rng_);
    factors.Push(term, input);
    factors.coefficient(factors.size() - 1) = coefficient;
    list_.push_back({term, input, coefficient});
  }
  void Drop(size_t count) {
    factors.DropOldest(count);
    list_.erase(list_.begin(), list_.begin() + static_cast<ptrdiff_t>(count));
  }
  void ExpectSameProducts() {
    const Matrix x = naive::RandomMatrix(2, kInputs, rng_);
    Matrix whole(kUnits, kInputs), out(2, kUnits);
    factors.AddTo(whole);
    for (size_t block = 0; block < factors.blocks(); ++block) factors.Project(x, block);
    factors.Correct(0, out.view().Cols(0, 3));
    factors.Correct(3, out.view().Cols(3, kUnits - 3));
    for (size_t u = 0; u < kUnits; ++u) {
      double product[2] = {};
      for (size_t f = 0; f < kInputs; ++f) {
        double weight = 0;
        for (const auto& factor : list_) {
          weight += static_cast<double>(factor.coefficient * factor.term[u] * factor.input[f]);
        }
        EXPECT_NEAR(whole.view()(u, f), weight, 1e-3);
        for (size_t b : {0, 1}) product[b] += weight * static_cast<double>(x.view()(b, f));
      }
      for (size_t b : {0, 1}) EXPECT_NEAR(out.view()(b, u), product[b], 1e-2);
    }
  }

  PendingFactors factors;

 private:
  struct Factor {
    std::vector<float> term, input;
    float coefficient;
  };
  Rng rng_{1};
  std::vector<Factor> list_;
};

TEST(PendingFactors, ActAsTheMatrixThatTheyStandFor) {
  Both both(2 * kFactorBlock);
  both.ExpectSameProducts();
  for (int i = 0; i < 40; ++i) both.Push(0.1f * static_cast<float>(i % 7) - 0.2f);
  both.ExpectSameProducts();
}

TEST(PendingFactors, GoRoundAndRound) {
  Both both(3 * kFactorBlock);
  for (int round = 0; round < 10; ++round) {
    while (both.factors.size() < both.factors.capacity() - 3) both.Push(0.3f);
    both.ExpectSameProducts();
    both.Drop(kFactorBlock);
    both.ExpectSameProducts();
  }
}

TEST(PendingFactors, ABlockLiesSideBySideAndIsNoLongerThanItMayBe) {
  Both both(2 * kFactorBlock);
  for (size_t i = 0; i < kFactorBlock + 18; ++i) both.Push(1);
  EXPECT_EQ(both.factors.BlockFrom(0).count, kFactorBlock);
  EXPECT_EQ(both.factors.BlockFrom(kFactorBlock).count, 18u);
  both.Drop(kFactorBlock);
  for (size_t i = 0; i < kFactorBlock + 8; ++i) both.Push(1);
  // The newest ones have gone round.
  EXPECT_EQ(both.factors.BlockFrom(kFactorBlock).count, 26u);
  both.ExpectSameProducts();
}

TEST(PendingFactors, NewOnesDoNotActAndHaveAllToCome) {
  PendingFactors factors(32, 1, 1, 1);
  const std::vector<float> one = {1};
  factors.Push(one, one);
  EXPECT_EQ(factors.coefficient(0), 0);
  EXPECT_EQ(factors.momentum(0), 1);
}

}  // namespace
}  // namespace hypnos

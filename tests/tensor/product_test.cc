#include "hypnos/tensor/product.h"

#include <gtest/gtest.h>

#include "tensor/naive.h"

namespace hypnos {
namespace {

struct Shape {
  size_t batch, units, inputs;
};

const Shape kShapes[] = {{1, 1, 1}, {1, 5, 7}, {3, 1, 9}, {4, 17, 33}, {65, 31, 2}, {130, 64, 96}};

// Views into larger matrices, so that strides are tried too.
TEST(Product, MultiplyEqualsTheNaiveLoop) {
  Rng rng(1);
  for (const auto& [batch, units, inputs] : kShapes) {
    const Matrix x = naive::RandomMatrix(batch, inputs + 3, rng);
    const Matrix w = naive::RandomMatrix(units, inputs + 5, rng);
    Matrix out(batch, units);
    const auto x_part = x.view().Cols(2, inputs);
    const auto w_part = w.view().Cols(1, inputs);
    Multiply(x_part, w_part, Accumulate::kNo, out);
    Multiply(x_part, w_part, Accumulate::kYes, out);
    for (size_t b = 0; b < batch; ++b) {
      for (size_t u = 0; u < units; ++u) {
        EXPECT_NEAR(out.view()(b, u), 2 * naive::MultiplyAt(x_part, w_part, b, u), 2e-4);
      }
    }
  }
}

TEST(Product, AddOuterEqualsTheNaiveLoop) {
  Rng rng(2);
  for (const auto& [batch, units, inputs] : kShapes) {
    const Matrix g = naive::RandomMatrix(batch, units + 1, rng);
    const Matrix x = naive::RandomMatrix(batch, inputs, rng);
    Matrix out = naive::RandomMatrix(units, inputs + 4, rng);
    const Matrix before = out;
    const auto g_part = g.view().Cols(1, units);
    AddOuter(g_part, x, 0.5f, out.view().Cols(4, inputs));
    for (size_t u = 0; u < units; ++u) {
      for (size_t f = 0; f < inputs; ++f) {
        EXPECT_NEAR(out.view()(u, 4 + f),
                    0.5 * before.view()(u, 4 + f) + naive::OuterAt(g_part, x, u, f), 2e-4);
      }
    }
  }
}

}  // namespace
}  // namespace hypnos

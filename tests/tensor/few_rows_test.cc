#include "hypnos/tensor/few_rows.h"

#include <gtest/gtest.h>

#include <bit>

#include "hypnos/tensor/bfloat16.h"
#include "tensor/naive.h"

namespace hypnos {
namespace {

// A view that begins `offset` values after an aligned one, with rows `gap` values apart.
struct Misaligned {
  Misaligned(size_t rows, size_t cols, size_t offset, size_t gap, Rng& rng)
      : storage(naive::RandomVector(offset + rows * (cols + gap) + 1, rng)),
        view{storage.data() + offset, rows, cols, cols + gap} {}
  std::vector<float> storage;
  MatrixView view;
};

template <class Check>
void ForEachShape(Check check) {
  Rng rng(1);
  for (const size_t inputs : {1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 64, 100, 257}) {
    for (const size_t units : {1, 2, 3, 4, 5, 7, 8, 11}) {
      for (size_t batch = 1; batch <= kFewRows; ++batch) {
        check(batch, units, inputs, rng.Below(4), rng.Below(3), rng);
      }
    }
  }
}

void ExpectProduct(ConstMatrixView x, ConstMatrixView w, ConstMatrixView out) {
  for (size_t b = 0; b < x.rows; ++b) {
    for (size_t u = 0; u < w.rows; ++u) {
      double sum = 0;
      for (size_t f = 0; f < x.cols; ++f) {
        sum += static_cast<double>(x(b, f)) * static_cast<double>(w(u, f));
      }
      EXPECT_NEAR(out(b, u), sum, 1e-5 * static_cast<double>(x.cols + 4)) << b << ' ' << u;
    }
  }
}

TEST(FewRows, MultiplyEqualsTheNaiveLoops) {
  ForEachShape([](size_t batch, size_t units, size_t inputs, size_t offset, size_t gap, Rng& rng) {
    const Misaligned x(batch, inputs, offset, gap, rng), w(units, inputs, gap, offset, rng);
    Misaligned out(batch, units, offset, 1, rng);
    const float guard = out.storage.back();
    MultiplyFew(x.view, w.view, out.view);
    ExpectProduct(x.view, w.view, out.view);
    EXPECT_EQ(out.storage.back(), guard) << "wrote behind the end";
  });
}

TEST(FewRows, MultiplyOfBfloat16EqualsTheNaiveLoopsOverTheirValues) {
  ForEachShape([](size_t batch, size_t units, size_t inputs, size_t offset, size_t gap, Rng& rng) {
    const Misaligned x(batch, inputs, offset, gap, rng);
    Matrix w = naive::RandomMatrix(units, inputs, rng);
    std::vector<uint16_t> halves(units * inputs + offset);
    RoundToBfloat16(w.values(), 1, 0, std::span(halves).subspan(offset));
    FromBfloat16(std::span(halves).subspan(offset), w.values());
    Matrix out(batch, units);
    MultiplyFew(x.view, Bfloat16View{halves.data() + offset, units, inputs, inputs}, out);
    ExpectProduct(x.view, w, out);
  });
}

TEST(FewRows, BitsDoNotDependOnHowUnitsAreSharedOut) {
  Rng rng(2);
  const Matrix x = naive::RandomMatrix(1, 100, rng), w = naive::RandomMatrix(13, 100, rng);
  Matrix whole(1, 13), parts(1, 13);
  MultiplyFew(x, w, whole);
  for (const auto& [first, count] : {std::pair<size_t, size_t>{0, 3}, {3, 9}, {12, 1}}) {
    MultiplyFew(x, w.view().Rows(first, count), parts.view().Cols(first, count));
  }
  EXPECT_TRUE(std::ranges::equal(whole.values(), parts.values()));
}

TEST(FewRows, AddScaledRowsEqualsTheNaiveLoops) {
  Rng rng(3);
  for (size_t cols = 0; cols <= 140; ++cols) {
    for (const size_t rows : {0, 1, 2, 5, 33}) {
      const Misaligned m(rows, cols, rng.Below(4), rng.Below(3), rng);
      const auto scales = naive::RandomVector(rows, rng);
      auto out = naive::RandomVector(cols + 1, rng);
      const auto before = out;
      AddScaledRows(scales, m.view, std::span(out).first(cols));
      for (size_t i = 0; i < cols; ++i) {
        double sum = static_cast<double>(before[i]);
        for (size_t j = 0; j < rows; ++j) {
          sum += static_cast<double>(scales[j]) * static_cast<double>(m.view(j, i));
        }
        EXPECT_NEAR(out[i], sum, 1e-4);
      }
      EXPECT_EQ(out[cols], before[cols]) << "wrote behind the end";
    }
  }
}

}  // namespace
}  // namespace hypnos

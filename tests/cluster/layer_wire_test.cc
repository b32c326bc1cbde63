#include "cluster/layer_wire.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <utility>

namespace hypnos {
namespace {

Matrix MatrixOf(std::initializer_list<float> values) {
  Matrix matrix(1, values.size());
  std::ranges::copy(values, matrix.row(0).begin());
  return matrix;
}

Matrix Sent(const Matrix& matrix, WireNumbers numbers) {
  cluster::Tensor tensor;
  ToWire(matrix.view(), numbers, tensor);
  Result<Matrix> received = FromWire(tensor);
  EXPECT_TRUE(received.ok());
  return received.ok() ? *std::move(received) : Matrix();
}

TEST(LayerWire, Float32IsTheSameBits) {
  const Matrix matrix = MatrixOf({1.0f / 3, -0.0f, 1e-40f, 3e38f});
  const Matrix received = Sent(matrix, WireNumbers::kFloat32);
  for (size_t i = 0; i < matrix.cols(); ++i) {
    EXPECT_EQ(std::bit_cast<uint32_t>(received.view()(0, i)),
              std::bit_cast<uint32_t>(matrix.view()(0, i)));
  }
}

TEST(LayerWire, Bfloat16IsTheNearestAndHalfAsLong) {
  Matrix matrix(3, 257);
  for (size_t i = 0; i < matrix.rows(); ++i) {
    for (size_t j = 0; j < matrix.cols(); ++j) {
      matrix.view()(i, j) =
          std::sin(static_cast<float>(i * 257 + j)) * std::exp2(static_cast<float>(j % 40));
    }
  }
  const Matrix received = Sent(matrix, WireNumbers::kBfloat16);
  ASSERT_EQ(received.rows(), matrix.rows());
  for (size_t i = 0; i < matrix.rows(); ++i) {
    for (size_t j = 0; j < matrix.cols(); ++j) {
      EXPECT_LE(std::fabs(received.view()(i, j) - matrix.view()(i, j)),
                std::fabs(matrix.view()(i, j)) / 256);
    }
  }
  cluster::Tensor tensor;
  ToWire(matrix.view(), WireNumbers::kBfloat16, tensor);
  EXPECT_EQ(tensor.bfloat16().size(), matrix.rows() * matrix.cols() * 2);
  EXPECT_TRUE(tensor.float32().empty());
}

// Half way between two: to the even one, as IEEE 754 has it. 1 + 2^-8 lies between 1 and 1 + 2^-7.
TEST(LayerWire, Bfloat16RoundsHalvesToEvenAndKeepsWhatIsNoNumber) {
  const float inf = std::numeric_limits<float>::infinity();
  const Matrix received =
      Sent(MatrixOf({1 + 0x1p-8f, 1 + 3 * 0x1p-8f, inf, -inf, std::nanf("1"), 0}),
           WireNumbers::kBfloat16);
  EXPECT_EQ(received.view()(0, 0), 1);
  EXPECT_EQ(received.view()(0, 1), 1 + 0x1p-6f);
  EXPECT_EQ(received.view()(0, 2), inf);
  EXPECT_EQ(received.view()(0, 3), -inf);
  EXPECT_TRUE(std::isnan(received.view()(0, 4)));
  EXPECT_EQ(received.view()(0, 5), 0);
}

TEST(LayerWire, RefusesMatricesOfAnotherSize) {
  cluster::Tensor tensor;
  ToWire(MatrixOf({1, 2, 3}).view(), WireNumbers::kFloat32, tensor);
  tensor.set_columns(4);
  EXPECT_FALSE(FromWire(tensor).ok());
  // As many bytes as none, were they counted in 64 bits.
  tensor.set_rows(1u << 31);
  tensor.set_columns(1u << 31);
  tensor.clear_float32();
  EXPECT_FALSE(FromWire(tensor).ok());
  tensor.set_bfloat16("123");
  EXPECT_FALSE(FromWire(tensor).ok());
  // Who sends both wants to be read in two ways.
  tensor.set_rows(1);
  tensor.set_columns(2);
  tensor.set_bfloat16("1234");
  EXPECT_TRUE(FromWire(tensor).ok());
  tensor.set_float32("12345678");
  EXPECT_FALSE(FromWire(tensor).ok());
}

}  // namespace
}  // namespace hypnos

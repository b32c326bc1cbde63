// The read-out that predicts the next input from what all layers say now, and so dreams.
//   f(t) = [out_1(t) | … | out_L(t) | x(t)],   y(t+1): from f(t)
// It is trained by its own error, which goes into its weights alone, never into the layers.
// Shapes: features [batch x width] each, x and y [batch x inputs].
// Threads: thread-compatible; parts run on the executor. No call fails, and none but weights()
// allocates.
// Source: Hinton 2022, section 3.4 (generative model).
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "hypnos/base/state_archive.h"
#include "hypnos/tensor/executor.h"
#include "hypnos/tensor/matrix.h"

namespace hypnos {

enum class GeneratorKind {
  kLinear,   // of pictures: y is the next input; see linear_generator.h
  kSoftmax,  // of symbols: y says how likely each is; see softmax_generator.h
};

enum class GeneratorStart {
  kCopyLast,  // y(t+1) = x(t): learning only has to be better than that
  kZero,
};

// How a linear read-out learns.
enum class GeneratorRule {
  kDelta,         // a step against each error
  kLeastSquares,  // where it reads the input, all that was seen counts
};

// Each of them is read with each other one.
inline constexpr size_t kMostLeastSquaresInputs = 2048;
// Where a step shows but a few places, for which the cube of the inputs is much to pay.
inline constexpr size_t kMostLeastSquaresInputsOfFew = 512;

struct GeneratorOptions {
  GeneratorKind kind = GeneratorKind::kLinear;
  // kLinear only.
  GeneratorRule rule = GeneratorRule::kDelta;
  // Of an error, or of log-odds: about how much of it one step may move. 0: it never learns.
  float rate = 0.2f;
  // kLeastSquares only: steps that are remembered, on average.
  double horizon_steps = 10000;
  // kLinear only.
  GeneratorStart start = GeneratorStart::kCopyLast;
  // kSoftmax only: how many there are; the newest one's are the first so many of the inputs.
  size_t symbols = 0;
};

class Generator {
 public:
  // layer_widths from the bottom up.
  static std::unique_ptr<Generator> Make(const GeneratorOptions& options,
                                         const std::vector<size_t>& layer_widths, size_t inputs,
                                         size_t batch);
  virtual ~Generator() = default;

  // `features`: the outputs of all layers, then x.
  virtual void Predict(std::span<const ConstMatrixView> features, MatrixView prediction,
                       Executor& executor) = 0;

  // Keeps the error of a prediction for Learn. Returns its mean over the batch: of kLinear the mean
  // square per value, of kSoftmax bits a symbol.
  virtual double Compare(ConstMatrixView prediction, ConstMatrixView x, Executor& executor) = 0;

  // Learns from the error last compared, of the prediction made from `features`. An error that is
  // not finite is not learned from.
  virtual void Learn(std::span<const ConstMatrixView> features, Executor& executor) = 0;

  // Of each row of the batch, as last compared.
  virtual std::span<const float> row_errors() const = 0;
  // The error last compared, [batch x inputs]; valid until Learn.
  virtual const Matrix& errors() const = 0;

  // From the next step on the rate is so many times that of the options.
  virtual void SetRateFactor(float factor) = 0;

  // A copy. It allocates.
  virtual Matrix weights() const = 0;
  // Of the same shape.
  virtual void SetWeights(const Matrix& weights) = 0;
  virtual size_t weight_count() const = 0;

  // All that the next step depends on, between two steps.
  virtual void ExchangeState(StateArchive& archive) = 0;
};

}  // namespace hypnos

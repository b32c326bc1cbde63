#include "hypnos/tensor/pending_factors.h"

#include <algorithm>

#include "hypnos/tensor/exchange.h"
#include "hypnos/tensor/few_rows.h"
#include "hypnos/tensor/kernels.h"
#include "hypnos/tensor/product.h"

namespace hypnos {
namespace {

size_t WholeBlocks(size_t n) { return (n + kFactorBlock - 1) / kFactorBlock * kFactorBlock; }

}  // namespace

PendingFactors::PendingFactors(size_t capacity, size_t units, size_t inputs, size_t batch)
    : terms_(WholeBlocks(capacity), units),
      inputs_(WholeBlocks(capacity), inputs),
      projections_(batch, WholeBlocks(capacity)),
      coefficients_(WholeBlocks(capacity)),
      momenta_(WholeBlocks(capacity)) {}

void PendingFactors::Push(std::span<const float> term, std::span<const float> input) {
  HYPNOS_CHECK(size_ < capacity());
  const size_t slot = Slot(size_++);
  std::copy(term.begin(), term.end(), terms_.row(slot).begin());
  std::copy(input.begin(), input.end(), inputs_.row(slot).begin());
  coefficients_[slot] = 0;
  momenta_[slot] = 1;
}

void PendingFactors::RangesOf(size_t block, Range (&ranges)[2]) const {
  const size_t begin = block * kFactorBlock, end = begin + kFactorBlock;
  const auto part = [&](size_t first, size_t last) {
    const size_t from = std::max(first, begin), to = std::min(last, end);
    return from < to ? Range{from, to - from} : Range{begin, 0};
  };
  const size_t last = oldest_ + size_;
  ranges[0] = part(oldest_, std::min(last, capacity()));
  ranges[1] = last > capacity() ? part(0, last - capacity()) : Range{begin, 0};
}

void PendingFactors::Project(ConstMatrixView x, size_t block) {
  Range ranges[2];
  RangesOf(block, ranges);
  for (const auto& [first, count] : ranges) {
    if (count == 0) continue;
    MultiplyFew(x, inputs_.view().Rows(first, count),
                projections_.view().Rows(0, x.rows).Cols(first, count));
    for (size_t b = 0; b < x.rows; ++b) {
      float* projection = projections_.row(b).data();
      for (size_t j = first; j < first + count; ++j) projection[j] *= coefficients_[j];
    }
  }
}

void PendingFactors::Correct(size_t first_unit, MatrixView out) const {
  if (empty()) return;
  const size_t last = oldest_ + size_;
  const Range ranges[2] = {{oldest_, std::min(last, capacity()) - oldest_},
                           {0, last > capacity() ? last - capacity() : 0}};
  for (const auto& [first, count] : ranges) {
    if (count == 0) continue;
    const ConstMatrixView terms = terms_.view().Rows(first, count).Cols(first_unit, out.cols);
    for (size_t b = 0; b < out.rows; ++b) {
      AddScaledRows(projections_.row(b).subspan(first, count), terms, out.row(b));
    }
  }
}

PendingFactors::Block PendingFactors::BlockFrom(size_t age) const {
  HYPNOS_CHECK(age < size_);
  const size_t slot = Slot(age);
  const size_t count = std::min({size_ - age, kFactorBlock, capacity() - slot});
  return {count, terms_.view().Rows(slot, count), inputs_.view().Rows(slot, count)};
}

void PendingFactors::DropOldest(size_t count) {
  HYPNOS_CHECK(count <= size_);
  size_ -= count;
  oldest_ = size_ == 0 ? 0 : Slot(count);
}

void PendingFactors::Clear() { size_ = oldest_ = 0; }

void PendingFactors::ExchangeState(StateArchive& archive) {
  if (capacity() == 0) return;
  oldest_ = archive.Count("oldest", oldest_, capacity() - 1);
  size_ = archive.Count("size", size_, capacity());
  archive.Values("coefficients", std::span(coefficients_), {capacity()});
  archive.Values("momenta", std::span(momenta_), {capacity()});
  Exchange(archive, "terms", terms_);
  Exchange(archive, "inputs", inputs_);
}

void PendingFactors::AddTo(MatrixView target) const {
  if (empty()) return;
  Matrix scaled(kFactorBlock, target.rows);
  for (size_t age = 0; age < size_;) {
    const Block block = BlockFrom(age);
    const MatrixView terms = scaled.view().Rows(0, block.count);
    bool acts = false;
    for (size_t j = 0; j < block.count; ++j) {
      const float coefficient = coefficients_[Slot(age + j)];
      acts = acts || coefficient != 0;
      Scaled(coefficient, block.terms.row(j), terms.row(j));
    }
    if (acts) AddOuter(terms, block.inputs, 1.0f, target);
    age += block.count;
  }
}

void PendingFactors::AddColumnTo(size_t input, std::span<float> out) const {
  for (size_t age = 0; age < size_; ++age) {
    const size_t slot = Slot(age);
    const float factor = coefficients_[slot] * inputs_.row(slot)[input];
    if (factor != 0) AddScaled(factor, terms_.row(slot), out);
  }
}

}  // namespace hypnos

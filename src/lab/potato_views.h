// Solids seen from all around: pictures of one whole turn of each, scaled together to mean 0 and
// deviation 1, so that no shape is told by how it was scaled.
// Shapes: a picture [side x side], grey. Threads: safe once made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "hypnos/base/result.h"
#include "hypnos/tensor/matrix.h"

namespace hypnos::lab {

class PotatoViews {
 public:
  // Of the shapes first_shape, first_shape + 1, … Errors: those of the synthetic source.
  static Result<PotatoViews> Render(size_t shapes, uint64_t first_shape, int side);

  // `turn` in revolutions; the nearest view.
  std::span<const float> At(size_t shape, double turn) const;
  size_t shapes() const { return pictures_.rows() / kViews; }
  size_t pixels() const { return pictures_.cols(); }

 private:
  // As many as a camera with 25 frames a second sees of a solid that turns in ten seconds.
  static constexpr size_t kViews = 250;

  explicit PotatoViews(Matrix pictures) : pictures_(std::move(pictures)) {}

  Matrix pictures_;  // [shapes * views x pixels]
};

}  // namespace hypnos::lab

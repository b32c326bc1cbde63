// Cuts an encoded frame into patches and puts patches together again.
//
// A patch is channels x size x size values in that order; patch (row, column) of the grid begins at
// pixel (row * stride, column * stride), the last row and column at the frame's edge, so that every
// pixel is covered. A whole frame is the grid of one patch.
// Shapes: patches [locations x inputs], locations = grid rows x grid columns.
// Threads: safe once made.
#pragma once

#include <span>
#include <vector>

#include "hypnos/base/result.h"
#include "hypnos/tensor/matrix.h"
#include "hypnos/tensor/planes.h"

namespace hypnos {

struct PatchGridOptions {
  int size = 0;    // 0: the whole frame
  int stride = 0;  // 0: as the size
};

class PatchGrid {
 public:
  // kInvalidArgument if a patch is larger than the frame, or the stride than a patch.
  static Result<PatchGrid> Create(const PlaneShape& frame, const PatchGridOptions& options);

  size_t locations() const { return tops_.size() * lefts_.size(); }
  size_t rows() const { return tops_.size(); }
  size_t columns() const { return lefts_.size(); }
  // Values in a patch.
  size_t inputs() const {
    return static_cast<size_t>(frame_.channels) * static_cast<size_t>(height_) *
           static_cast<size_t>(width_);
  }
  const PlaneShape& frame() const { return frame_; }

  void Gather(const Planes& frame, MatrixView patches) const;
  // The mean of each patch of one plane, [locations].
  void Means(std::span<const float> plane, std::span<float> means) const;
  // Every pixel becomes the mean of the patches that cover it. Gather and Average of a frame give
  // the frame.
  void Average(ConstMatrixView patches, Planes& frame) const;

 private:
  PatchGrid() = default;

  PlaneShape frame_;
  int height_ = 0;  // of a patch
  int width_ = 0;
  std::vector<int> tops_, lefts_;
  std::vector<float> row_share_, column_share_;  // 1 / number of patches that cover it
};

}  // namespace hypnos

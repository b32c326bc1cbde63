// Dense optical flow, by dense inverse search with OpenCV's fast preset. The same two pictures
// give the same bits, whatever was computed before.
//   after(x + right(x, y), y + down(x, y)) ~ before(x, y), in pixels
// Shapes: pictures grey, height x width; right and down height x width float32, row-major.
// Threads: thread-compatible.
// Source: Kroeger, Timofte, Dai, Van Gool 2016, arXiv 1603.03590.
#pragma once

#include <memory>
#include <span>

#include "hypnos/imaging/image.h"

namespace hypnos {

class OpticalFlow {
 public:
  OpticalFlow();
  ~OpticalFlow();
  OpticalFlow(OpticalFlow&&) noexcept;
  OpticalFlow& operator=(OpticalFlow&&) noexcept;

  // Preconditions: both grey and of the same size, spans of width * height values.
  void Compute(const Image& before, const Image& after, std::span<float> right,
               std::span<float> down);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hypnos

// An encoded frame: channels x height x width float32 values, plane after plane, rows contiguous.
// Threads: thread-compatible. Size changes allocate; nothing else does.
#pragma once

#include <span>

#include "hypnos/base/check.h"
#include "hypnos/tensor/buffer.h"

namespace hypnos {

struct PlaneShape {
  int channels = 0;
  int height = 0;
  int width = 0;

  size_t plane_size() const { return static_cast<size_t>(height) * static_cast<size_t>(width); }
  size_t size() const { return static_cast<size_t>(channels) * plane_size(); }
  bool operator==(const PlaneShape&) const = default;
};

class Planes {
 public:
  Planes() = default;
  explicit Planes(const PlaneShape& shape) { Resize(shape); }

  // Values are zero after a change of shape and untouched otherwise.
  void Resize(const PlaneShape& shape) {
    if (shape == shape_) return;
    shape_ = shape;
    values_.assign(shape.size(), 0.0f);
  }

  const PlaneShape& shape() const { return shape_; }
  std::span<float> values() { return values_; }
  std::span<const float> values() const { return values_; }
  std::span<float> plane(int channel) {
    HYPNOS_CHECK(channel >= 0 && channel < shape_.channels);
    return std::span<float>(values_).subspan(static_cast<size_t>(channel) * shape_.plane_size(),
                                             shape_.plane_size());
  }
  std::span<const float> plane(int channel) const {
    return const_cast<Planes*>(this)->plane(channel);
  }

 private:
  PlaneShape shape_;
  Buffer values_;
};

}  // namespace hypnos

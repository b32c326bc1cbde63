// A picture: height x width x channels bytes, interleaved, rows contiguous; grey (1) or BGR (3).
// Copies share nothing. Threads: thread-compatible.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "hypnos/base/check.h"

namespace hypnos {

class Image {
 public:
  Image() = default;
  Image(int width, int height, int channels)
      : width_(width),
        height_(height),
        channels_(channels),
        bytes_(static_cast<size_t>(width) * static_cast<size_t>(height) *
               static_cast<size_t>(channels)) {
    HYPNOS_CHECK(width > 0 && height > 0 && (channels == 1 || channels == 3));
  }

  int width() const { return width_; }
  int height() const { return height_; }
  int channels() const { return channels_; }
  bool empty() const { return bytes_.empty(); }
  std::span<uint8_t> bytes() { return bytes_; }
  std::span<const uint8_t> bytes() const { return bytes_; }

  bool operator==(const Image&) const = default;

 private:
  int width_ = 0;
  int height_ = 0;
  int channels_ = 0;
  std::vector<uint8_t> bytes_;
};

}  // namespace hypnos

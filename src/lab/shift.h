// Images moved by a few pixels, so that more of them are seen than there are.
// Threads: safe on different outputs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace hypnos::lab {

// out(y, x) = image(y - down, x - right), 0 where that lies outside. Shape: both [height x width];
// they do not overlap.
void Shift(std::span<const float> image, size_t height, size_t width, int64_t down, int64_t right,
           std::span<float> out);

}  // namespace hypnos::lab

// A clip as the bytes of a file: Motion-JPEG in AVI, of pictures that are JPEG already, so that
// none is encoded twice, and who writes the bytes learns of it where the disk is full. Every player
// reads it; browsers do not. Threads: safe. Source: Microsoft, "AVI RIFF File Reference".
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace hypnos {

// What the pictures of one clip may come to, and the most of them: lengths in the file have 32
// bits.
inline constexpr uint64_t kMostAviBytes = uint64_t{1} << 30;

// Preconditions: pictures are JPEG, all of this size, at least one and kMostAviBytes together; the
// rate is above 0.
std::string MjpegAvi(std::span<const std::string_view> jpegs, int width, int height,
                     double frame_rate_hz);

}  // namespace hypnos

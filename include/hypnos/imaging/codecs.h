// Pictures as bytes of a file: PNG and JPEG out; whatever OpenCV reads in.
// Threads: safe.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "hypnos/base/result.h"
#include "hypnos/imaging/image.h"

namespace hypnos {

// Always BGR; transparency and depth beyond 8 bits are given up, a photo's orientation is applied.
// Errors: kInvalidArgument, reason NOT_AN_IMAGE.
Result<Image> DecodeImage(std::span<const uint8_t> bytes);

// Precondition: !image.empty().
std::vector<uint8_t> EncodePng(const Image& image);
// Quality 1..100.
std::vector<uint8_t> EncodeJpeg(const Image& image, int quality = 90);

}  // namespace hypnos

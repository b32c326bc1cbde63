// Pictures whose file ends too early. The libraries print to standard error about them, and fill
// the missing part of a photo with grey, which nobody should learn.
#pragma once

#include <cstdint>
#include <span>

namespace hypnos {

// True for a PNG or JPEG without its end. Other formats: false.
bool IsCutOff(std::span<const uint8_t> bytes);

}  // namespace hypnos

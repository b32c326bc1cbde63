// Writes arrays of float32 as .npy files, which NumPy reads with load().
//   "\x93NUMPY" 1 0, length of the header (uint16), header (a Python dictionary), the values
// Threads: safe on different files.
// Source: NumPy Enhancement Proposal 1, version 1.0 of the format.
#pragma once

#include <initializer_list>
#include <span>
#include <string>

#include "hypnos/base/result.h"

namespace hypnos::bench {

// Precondition: the values fill the shape. kUnavailable where the file cannot be written.
Status WriteNpy(const std::string& path, std::span<const float> values,
                std::initializer_list<size_t> shape);

}  // namespace hypnos::bench

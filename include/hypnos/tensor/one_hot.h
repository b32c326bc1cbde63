// Symbols as numbers: one value that is not zero among as many zeros as there are other symbols.
#pragma once

#include <cmath>
#include <cstddef>

namespace hypnos {

// So that several symbols side by side are length-normalised as they are: mean square 1.
inline float OneHotValue(size_t symbols) { return std::sqrt(static_cast<float>(symbols)); }

}  // namespace hypnos

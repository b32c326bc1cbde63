// A group whose goodness is that of its most active units only.
#pragma once

#include <cstddef>
#include <span>

namespace hypnos {

// Leaves the `count` largest responses and sets the others to zero; of equal ones those of lower
// index stay. Responses are not negative, and none is NaN; 0 < count < r.size(). `scratch` has as
// many values. Returns the sum of the squares of what is left.
float KeepTop(std::span<float> r, size_t count, std::span<float> scratch);

}  // namespace hypnos

// What any bytes may do to who reads a series: nothing but be refused.
#pragma once

#include <string>
#include <string_view>

namespace hypnos {

// Empty, or which promise was broken. The first byte says how the others are cut into pieces, and
// whether they are a log.
std::string BrokenSeriesPromise(std::string_view bytes);

}  // namespace hypnos

// What any bytes may do to who reads a segment: nothing but be refused.
#pragma once

#include <string>
#include <string_view>

namespace hypnos {

// Empty, or which promise was broken.
std::string BrokenRecordPromise(std::string_view bytes);

}  // namespace hypnos

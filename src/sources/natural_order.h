// The order in which people number files: frame2 before frame10, frame02 beside frame2.
#pragma once

#include <string_view>

namespace hypnos {

// A strict total order: names that differ in leading zeros only are told apart by their bytes.
bool NaturallyBefore(std::string_view one, std::string_view other);

}  // namespace hypnos

// What must hold of anything that a stranger can write into a request of HTTP.
#pragma once

#include <string>
#include <string_view>

namespace hypnos {

// The first byte says what the rest is: 'h' the address of a history, anything else a request, byte
// by byte. What does not hold, in words; empty where all does.
std::string BrokenWebPromise(std::string_view input);

}  // namespace hypnos

// What must hold of anything that a stranger can send, or that may stand in the file of tokens.
#pragma once

#include <string>
#include <string_view>

namespace hypnos {

// The first byte says what the rest is: 't' a file of tokens, anything else what a client sends.
// What does not hold, in words; empty where all does.
std::string BrokenControlPromise(std::string_view input);

}  // namespace hypnos

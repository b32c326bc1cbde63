// What holds for any bytes at all; for the fuzzer and for tests.
#pragma once

#include <string>
#include <string_view>

namespace hypnos::config {

// Loads `bytes`: a file, then any number of --set flags, each after a zero byte; a flag that begins
// with "HYPNOS_" is a variable of the environment. Gives a sentence if a promise is broken:
//   a refusal names its place on each line, has no control characters and no secret;
//   what was accepted prints, and what was printed is accepted and means the same.
std::string BrokenPromise(std::string_view bytes);

}  // namespace hypnos::config

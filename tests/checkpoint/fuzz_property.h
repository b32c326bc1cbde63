// What must hold of any bytes that may stand where a checkpoint is looked for.
#pragma once

#include <string>
#include <string_view>

namespace hypnos {

// The first byte says what the rest is: 'h' the header of a safetensors file; 's' a whole file but
// for its checksum, which is made right, so that what comes after it is reached; anything else a
// whole file. What does not hold, in words; empty where all does.
std::string BrokenCheckpointPromise(std::string_view input);

}  // namespace hypnos

// Which instruction set the vector kernels use: by default the best that this processor has.
// Another one gives other bits, since it adds in another order, and is for comparing and for
// finding faults. BLAS chooses for itself.
// Threads: UseInstructionSet before any kernel runs; InstructionSets whenever.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hypnos/base/result.h"

namespace hypnos {

// Those that this build has and this processor can run, the best one first, in lower case.
std::vector<std::string> InstructionSets();

// One of these, or "auto". kInvalidArgument, with the list, for any other name.
Status UseInstructionSet(std::string_view name);

}  // namespace hypnos

// Which instruction set the vector kernels use: by default the best that this processor has.
// Another one gives other bits, since it adds in another order, and is for comparing and for
// finding faults. BLAS chooses for itself.
// Threads: UseInstructionSet before any kernel runs; the others whenever.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hypnos/base/result.h"

namespace hypnos {

// Those that this build has and this processor can run, the best one first, in lower case.
std::vector<std::string> InstructionSets();

// The one that the kernels use now.
std::string InstructionSet();

// One of these, or "auto". kInvalidArgument, with the list, for any other name, which changes
// nothing.
Status UseInstructionSet(std::string_view name);

}  // namespace hypnos

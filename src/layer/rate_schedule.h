// What the learning rate is after so many updates.
#pragma once

#include <cstdint>

#include "hypnos/layer/options.h"

namespace hypnos {

// As LearningOptions says: held, then falling in a straight line, then at its floor.
float RateAfter(uint64_t updates, const LearningOptions& options);

}  // namespace hypnos

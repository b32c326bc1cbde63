// The experiment `phases`: what accuracy is left when waking and sleeping take turns, by learning
// rule, length of the phases and kind of negatives.
#pragma once

#include <memory>

#include "lab/experiment.h"

namespace hypnos::lab {

std::unique_ptr<Experiment> MakePhases();

}  // namespace hypnos::lab

// The experiment `relations`: sensors that hang together, and rows in which they do not, none of
// whose readings is unusual by itself.
#pragma once

#include <memory>

#include "lab/experiment.h"

namespace hypnos::lab {

std::unique_ptr<Experiment> MakeRelations();

}  // namespace hypnos::lab

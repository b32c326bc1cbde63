// The experiment `boring-video`: how well a recurrent network names images that are held still, by
// the number of steps in which it settles.
#pragma once

#include <memory>

#include "lab/experiment.h"

namespace hypnos::lab {

std::unique_ptr<Experiment> MakeBoringVideo();

}  // namespace hypnos::lab

// The experiment `oddities`: something unusual is put into clips that show nothing unusual; how
// much of it is told, how soon, and how often something is told where nothing is.
#pragma once

#include <memory>

#include "lab/experiment.h"

namespace hypnos::lab {

std::unique_ptr<Experiment> MakeOddities();

}  // namespace hypnos::lab

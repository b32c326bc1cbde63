// The experiment `potato`: how well the layers' states tell which solid turns in front of them, and
// how far they settle, by how fast it turns; with recurrence and without.
#pragma once

#include <memory>

#include "lab/experiment.h"

namespace hypnos::lab {

std::unique_ptr<Experiment> MakePotato();

}  // namespace hypnos::lab

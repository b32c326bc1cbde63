// The experiment `next-symbol`: how well the next symbol of a text is foretold after one reading,
// by what the layers learn against, beside random layers and beside counting.
#pragma once

#include <memory>

#include "lab/experiment.h"

namespace hypnos::lab {

std::unique_ptr<Experiment> MakeNextSymbol();

}  // namespace hypnos::lab

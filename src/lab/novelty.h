// The experiment `novelty`: how well frames that show something unusual are told from others, and
// what each part of the network earns.
#pragma once

#include <memory>

#include "lab/experiment.h"

namespace hypnos::lab {

std::unique_ptr<Experiment> MakeNovelty();

}  // namespace hypnos::lab

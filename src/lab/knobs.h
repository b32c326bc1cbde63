// The experiment `knobs`: what each setting of novelty does, by a made scene in which it is known
// what happens when. It needs no data and no network.
#pragma once

#include <memory>

#include "lab/experiment.h"

namespace hypnos::lab {

std::unique_ptr<Experiment> MakeKnobs();

}  // namespace hypnos::lab

// The experiment `replicas`: networks of which each learns from a scene of its own and whose
// weights are averaged again and again, against networks that learn alone, and one that learns from
// all.
#pragma once

#include <memory>

#include "lab/experiment.h"

namespace hypnos::lab {

std::unique_ptr<Experiment> MakeReplicas();

}  // namespace hypnos::lab

// The experiment `nab`: unusual rows of the series of the Numenta Anomaly Benchmark.
#pragma once

#include <memory>

#include "lab/experiment.h"

namespace hypnos::lab {

std::unique_ptr<Experiment> MakeNab();

}  // namespace hypnos::lab

#include "lab/experiments.h"

#include "lab/phases.h"

namespace hypnos::lab {
namespace {

constexpr ExperimentEntry kExperiments[] = {
    {"phases", "Labelled images, awake and asleep for long: which learning rule survives it",
     MakePhases},
};

}  // namespace

std::span<const ExperimentEntry> Experiments() { return kExperiments; }

}  // namespace hypnos::lab

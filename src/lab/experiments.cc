#include "lab/experiments.h"

#include "lab/boring_video.h"
#include "lab/next_symbol.h"
#include "lab/phases.h"

namespace hypnos::lab {
namespace {

constexpr ExperimentEntry kExperiments[] = {
    {"phases", "Labelled images, awake and asleep for long: which learning rule survives it",
     MakePhases},
    {"boring-video", "Labelled images held still in a recurrent network, the label above the top",
     MakeBoringVideo},
    {"next-symbol", "A text, read once: how many bits each next symbol costs", MakeNextSymbol},
};

}  // namespace

std::span<const ExperimentEntry> Experiments() { return kExperiments; }

}  // namespace hypnos::lab

#include "lab/experiments.h"

#include "lab/boring_video.h"
#include "lab/knobs.h"
#include "lab/nab.h"
#include "lab/next_symbol.h"
#include "lab/novelty.h"
#include "lab/oddities.h"
#include "lab/online_video.h"
#include "lab/phases.h"
#include "lab/potato.h"
#include "lab/relations.h"
#include "lab/replicas.h"

namespace hypnos::lab {
namespace {

constexpr ExperimentEntry kExperiments[] = {
    {"phases", "Labelled images, awake and asleep for long: which learning rule survives it",
     MakePhases},
    {"boring-video", "Labelled images held still in a recurrent network, the label above the top",
     MakeBoringVideo},
    {"next-symbol", "A text, read once: how many bits each next symbol costs", MakeNextSymbol},
    {"potato", "Solids that turn: what the states tell of their shape, by how fast they turn",
     MakePotato},
    {"online-video", "One pass over a clip: prediction and real against dream, learning or frozen",
     MakeOnlineVideo},
    {"novelty", "Clips of a fixed camera: unusual frames told from others, and what earns it",
     MakeNovelty},
    {"oddities",
     "Something unusual put into clips: what is found, how soon, and what is told falsely",
     MakeOddities},
    {"knobs", "What each setting of novelty does, by a made scene", MakeKnobs},
    {"nab", "Series of sensors and counters: unusual rows told from others, and what earns it",
     MakeNab},
    {"relations", "Sensors that hang together, and do not now and then: what a network finds of it",
     MakeRelations},
    {"replicas", "Networks that learn from a scene each and average their weights, in all scenes",
     MakeReplicas},
};

}  // namespace

std::span<const ExperimentEntry> Experiments() { return kExperiments; }

}  // namespace hypnos::lab

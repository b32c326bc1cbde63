// The experiment `online-video`: what one pass over a clip teaches the layers, against layers that
// stay as they were drawn, copying the last frame, and the best linear predictor.
#pragma once

#include <memory>

#include "lab/experiment.h"

namespace hypnos::lab {

std::unique_ptr<Experiment> MakeOnlineVideo();

}  // namespace hypnos::lab

// What a layer is made of and how active it is. Pure functions. Threads: safe.
#pragma once

#include <vector>

#include "hypnos/base/result.h"
#include "hypnos/pipeline/look.h"
#include "proto/control.pb.h"

namespace hypnos {

// Of every layer, at the moment of the look; no parts are needed.
std::vector<telemetry::Activity> ActivitiesOf(const Look& look);

// kInvalidArgument, reason BINS_OUT_OF_RANGE or UNITS_OUT_OF_RANGE.
// Of each layer, what UNITS tells.
std::vector<control::LayerUnits> UnitsOf(const Look& look);

Status CheckInspect(const control::InspectLayerRequest& request);

// All but `layer`. Precondition: a look with the weights of the layer, which is there;
// CheckInspect.
control::InspectLayerResponse InspectionOf(const Look& look,
                                           const control::InspectLayerRequest& request);

}  // namespace hypnos

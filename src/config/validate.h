// What hangs together in a Config: checks that a single key's options cannot say. A check is left
// out where a value it needs is already known to be wrong, so that one mistake is reported once.
#pragma once

#include "config/places.h"
#include "config/report.h"
#include "proto/config.pb.h"

namespace hypnos::config {

void Validate(const Config& config, const Places& places, Report* report);

}  // namespace hypnos::config

// From what the daemon knows of itself to the messages in which it says so. Pure functions.
#pragma once

#include <vector>

#include "daemon/spread.h"
#include "daemon/status.h"
#include "proto/config.pb.h"
#include "proto/telemetry.pb.h"

namespace hypnos {

// None before the first frame.
std::vector<telemetry::Layer> LayersOf(const StatusSnapshot& status,
                                       const config::Network& network);

// Of those that other daemons compute: how that goes.
void AddElsewhere(const std::vector<MeasuredSpread::Seat>& seats,
                  std::vector<telemetry::Layer>& layers);

// The classes are not empty.
telemetry::Labels LabelsOf(const StatusSnapshot& status, const config::Labels& labels);

// With all decisions that it remembers, or the last one only.
enum class GuardDetail { kAll, kLast };
telemetry::Guard GuardOf(const GuardStatus& status, GuardDetail detail);

// `learning`: no command has switched it off.
telemetry::Phase PhaseOf(const StatusSnapshot& status, bool ended, bool learning);

// But for how often it was scored.
telemetry::Probe ProbeOf(const ProbeReport& report);

}  // namespace hypnos

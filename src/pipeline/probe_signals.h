// What the schedule decides by, of what the probe set says: of each signal the worst layer's.
#pragma once

#include "hypnos/pipeline/report.h"
#include "hypnos/schedule/sleep_need.h"

namespace hypnos {

ProbeSignals SignalsOf(const ProbeFigures& figures);

// Updates cancel in every layer, and every one tells real from not: dreams have nothing more to
// teach.
bool HasFinished(const ProbeReport& report);

}  // namespace hypnos

// What the schedule decides by, of what the probe set says: of each signal the worst layer's. One
// whose weights overflowed learns no more, and would say the same for ever.
#pragma once

#include "hypnos/network/network.h"
#include "hypnos/pipeline/report.h"
#include "hypnos/schedule/sleep_need.h"

namespace hypnos {

ProbeSignals SignalsOf(const ProbeFigures& figures);

// Updates cancel in every layer since the last time it woke up, and every one tells real from not:
// dreams have nothing more to teach.
bool HasFinished(const ProbeFigures& figures, const Network& network);

}  // namespace hypnos

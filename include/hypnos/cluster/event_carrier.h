// Carries notices to a broker, each under the subject of its severity, in parts where it is longer
// than the broker takes. It has been delivered once the broker has said that it has it; whether
// anybody listens there the broker does not say.
#pragma once

#include <memory>

#include "hypnos/cluster/broker.h"
#include "hypnos/cluster/subjects.h"
#include "hypnos/sinks/courier.h"

namespace hypnos {

// Threads: thread-compatible.
std::unique_ptr<Carrier> NewEventCarrier(std::shared_ptr<Broker> broker, Subjects subjects);

}  // namespace hypnos

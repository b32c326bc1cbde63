#include "hypnos/cluster/link.h"

namespace hypnos {

bool HasNats() { return false; }

// As nats_link.cc has it, which keeps them.
// NOLINTNEXTLINE(performance-unnecessary-value-param): see above
std::unique_ptr<Connector> NewNatsConnector(BrokerOptions /*options*/) { return nullptr; }

}  // namespace hypnos

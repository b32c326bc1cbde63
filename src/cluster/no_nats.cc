#include "hypnos/cluster/link.h"

namespace hypnos {

bool HasNats() { return false; }

std::unique_ptr<Connector> NewNatsConnector(BrokerOptions) { return nullptr; }

}  // namespace hypnos

// How to connect to the broker of the configuration.
// Errors: kInvalidArgument, reason CONFIG_INVALID, naming the key; those of files that it names.
#pragma once

#include <string>

#include "hypnos/base/file_system.h"
#include "hypnos/base/result.h"
#include "hypnos/cluster/link.h"
#include "proto/config.pb.h"

namespace hypnos {

// As the configuration says, or the machine is called, up to its first dot.
Result<std::string> NameAtBroker(const config::Broker& broker);

// `client`: how the broker lists this connection.
Result<BrokerOptions> BrokerOptionsOf(const config::Broker& broker, const std::string& client,
                                      FileSystem& files);

}  // namespace hypnos

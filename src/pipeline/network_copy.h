// A network that is as another one was when it was looked at, and learns nothing.
#pragma once

#include "hypnos/base/result.h"
#include "hypnos/network/network.h"
#include "hypnos/pipeline/look.h"

namespace hypnos {

// From a look with weights. It has two slots; lane kReal stands behind tick 0.
// Errors: those of Network::Create.
Result<Network> CopyNetwork(const Look& look);

}  // namespace hypnos

// What to do about an error, where the error does not say so itself. Threads: safe.
#pragma once

#include <string>

#include "hypnos/base/result.h"
#include "hypnos/control/client.h"

namespace hypnos::cli {

// A sentence, or "".
std::string Hint(const Error& error, const ControlEndpoint& endpoint);

}  // namespace hypnos::cli

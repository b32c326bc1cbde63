// Files that somebody names in a configuration, and that are read as a whole.
#pragma once

#include <string>

#include "hypnos/base/result.h"

namespace hypnos {

// All bytes of it. Errors: FileSystem::ReadFile's; kInvalidArgument, reason NOT_A_FILE, for a pipe,
// whose opening waits for ever for somebody who writes to it, a folder or a device.
Result<std::string> ReadRegularFile(const std::string& path);

}  // namespace hypnos

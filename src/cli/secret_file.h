// Reads what must not be read by others. Threads: safe.
#pragma once

#include <string>

#include "hypnos/base/result.h"

namespace hypnos::cli {

// The token in the file, without blanks and line ends around it.
// kInvalidArgument, reason TOKEN_FILE, for a file that others may read or that its group may write,
// that is empty, too long or cannot be read. The sentence never holds what the file does.
Result<std::string> ReadToken(const std::string& path);

}  // namespace hypnos::cli

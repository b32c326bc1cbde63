// Files with what must not be read by others, and with what lets them in. Threads: safe.
#pragma once

#include <string>

#include "hypnos/base/result.h"

namespace hypnos::cli {

// The token in the file, without blanks and line ends around it.
// kInvalidArgument, reason TOKEN_FILE, for a file that others may read or that its group may write,
// that is empty, too long or cannot be read. The sentence never holds what the file does.
Result<std::string> ReadToken(const std::string& path);

// A new file that its owner alone may read. Durable on return; where it fails no file is left.
// kUnavailable, reason CANNOT_WRITE, also where there is something by that name already: it may be
// somebody's secret.
Status WriteSecret(const std::string& path, const std::string& text);

// Adds a line in one piece, so that whoever reads the file meanwhile sees all of it or nothing.
// Made if it is not there, for owner and group to read. kUnavailable, reason CANNOT_WRITE.
Status AppendLine(const std::string& path, const std::string& line);

// Whether root alone can read it, which a service that runs as somebody else then cannot.
bool IsForRootAlone(const std::string& path);

}  // namespace hypnos::cli

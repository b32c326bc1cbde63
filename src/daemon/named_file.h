// Files that a key of the configuration names. `key`: for the sentence of an error,
// "broker.ca_file".
#pragma once

#include <string>

#include "hypnos/base/file_system.h"
#include "hypnos/base/result.h"

namespace hypnos {

// What stands in the only line of it. Errors: those of reading it; kInvalidArgument, reason
// CONFIG_INVALID, where it holds nothing or more than one line.
Result<std::string> OnlyLineOf(FileSystem& files, const std::string& path, const std::string& key);

// Tried at the start: who mistypes a path should not learn of it when something has happened. An
// empty path is none.
Status CheckReadable(FileSystem& files, const std::string& path, const std::string& key);

}  // namespace hypnos

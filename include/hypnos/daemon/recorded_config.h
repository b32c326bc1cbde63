// The configuration that a session log was recorded with.
#pragma once

#include <string>
#include <vector>

#include "hypnos/base/file_system.h"
#include "hypnos/base/result.h"
#include "proto/config.pb.h"

namespace hypnos {

struct RecordedConfig {
  config::Config config;
  // Keys that were overridden and change what is learned.
  std::vector<std::string> other_keys;
};

// `path`: of the session's folder; `sets`: overrides, as --set. Nothing is recorded again, and
// nobody listened to, unless they say so; the vector kernels are those of that time.
// Errors: those of SessionReader and config::Parse.
Result<RecordedConfig> ReadRecordedConfig(FileSystem& files, const std::string& path,
                                          const std::vector<std::string>& sets);

}  // namespace hypnos

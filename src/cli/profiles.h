// Daemons by name, from a file of the user's own; its schema is proto/profiles.proto.
// Threads: safe.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "hypnos/base/file_system.h"
#include "hypnos/base/result.h"

namespace hypnos::cli {

// Empty strings say nothing.
struct Profile {
  std::string socket;
  std::string address;
  bool tls = false;
  std::string tls_ca;
  std::string tls_cert;
  std::string tls_key;
  std::string token_file;
};

// kInvalidArgument: reason NO_PROFILE, naming those that there are; CONFIG_INVALID, naming line and
// column; PROFILE_INVALID for one that names no daemon or two, or a name given twice.
Result<Profile> NamedProfile(const std::string& path, const std::string& name,
                             const std::map<std::string, std::string>& environment,
                             FileSystem& files);

// Nothing where there is no file, or where it names none. Errors as above.
Result<std::optional<Profile>> DefaultProfile(const std::string& path,
                                              const std::map<std::string, std::string>& environment,
                                              FileSystem& files);

}  // namespace hypnos::cli

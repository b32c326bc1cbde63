// Which daemon is meant, and how to be let in.
//
// The first of these that says anything decides, as a whole: flags, a profile named by a flag, the
// environment, a profile named by the environment, the default profile, the socket of this machine.
// That is what the environment may have told the daemon (HYPNOS_CONTROL__SOCKET), else the
// system's, or the user's (XDG_RUNTIME_DIR) where only that is there. Certificates and token file
// are taken from flags first and then from where the daemon is named. Threads: safe.
#pragma once

#include <map>
#include <string>

#include "cli/values.h"
#include "hypnos/base/file_system.h"
#include "hypnos/base/result.h"
#include "hypnos/control/client.h"

namespace hypnos::cli {

// Where hypnosd listens unless its configuration says otherwise.
inline constexpr uint16_t kDefaultPort = 7411;

using Environment = std::map<std::string, std::string>;

// "$XDG_CONFIG_HOME/hypnos/profiles.yaml", by default under ~/.config; "" where there is no home.
std::string ProfilesPath(const Environment& environment);

// "example", "example:7411", "[::1]" and "[::1]:7411". kInvalidArgument, reason NOT_AN_ADDRESS.
Status ParseAddress(const std::string& text, ControlEndpoint* endpoint);

// Errors: kInvalidArgument of NOT_AN_ADDRESS, WRONG_USAGE for flags that contradict each other,
// PROFILE_INVALID and CONFIG_INVALID naming the place in the file, NO_PROFILE, TOKEN_FILE.
Result<ControlEndpoint> FindEndpoint(const Values& values, const Environment& environment,
                                     FileSystem& files);

}  // namespace hypnos::cli

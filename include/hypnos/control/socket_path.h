// Where a daemon and its client meet if nobody has said otherwise.
// Threads: safe.
#pragma once

#include <string>
#include <string_view>

namespace hypnos {

// Of a service, and of root.
inline constexpr const char* kSystemSocket = "/run/hypnos/control.sock";

// Of somebody who may not use that one. `runtime_folder`: what XDG_RUNTIME_DIR says, a folder of
// this user's alone (XDG Base Directory Specification). "" where it is none.
inline std::string UserSocket(std::string_view runtime_folder) {
  if (!runtime_folder.starts_with('/')) return "";
  return std::string(runtime_folder) + "/hypnos/control.sock";
}

}  // namespace hypnos

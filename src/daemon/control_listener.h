// Begins to listen for those who want to talk to the daemon, where the configuration says.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "hypnos/control/server.h"
#include "proto/config.pb.h"

namespace hypnos {

// The Unix socket's path: what is configured; else the first of the system's and the user's that
// `can_make` is true of, of which `runtime_folder` is what XDG_RUNTIME_DIR says. "": none.
std::string ChooseSocket(const config::Control& config, std::string_view runtime_folder,
                         const std::function<bool(const std::string& path)>& can_make);

// Null where nobody is to be listened to and there is no page (which is served on its thread), also
// where nobody has asked for a socket and the usual ones cannot be had, as the user's may be
// another daemon's; the log says so.
// Errors: those of ControlServer::Start.
Result<std::unique_ptr<ControlServer>> ListenForControl(const config::Control& config, bool page,
                                                        const std::string& version,
                                                        FileSystem& files, const Clock& clock,
                                                        ControlService& service);

// What is worth another try is what another daemon may give up; the rest is a wrong configuration.
int ControlExitCode(const Error& error);

}  // namespace hypnos

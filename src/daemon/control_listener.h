// Begins to listen for those who want to talk to the daemon, where the configuration says.
#pragma once

#include <memory>
#include <string>

#include "hypnos/control/server.h"
#include "proto/config.pb.h"

namespace hypnos {

// Null where nobody is to be listened to and there is no page (which is served on its thread), also
// where the usual socket's folder cannot be used and nobody has asked for it; the log says so.
// Errors: those of ControlServer::Start.
Result<std::unique_ptr<ControlServer>> ListenForControl(const config::Control& config, bool page,
                                                        const std::string& version,
                                                        FileSystem& files, const Clock& clock,
                                                        ControlService& service);

// What is worth another try is what another daemon may give up; the rest is a wrong configuration.
int ControlExitCode(const Error& error);

}  // namespace hypnos

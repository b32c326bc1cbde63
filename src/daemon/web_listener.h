// Begins to serve the page, where the configuration says.
#pragma once

#include <memory>

#include "hypnos/control/server.h"
#include "hypnos/web/server.h"
#include "proto/config.pb.h"

namespace hypnos {

// Null where there is to be none. The log says where it is. Errors: those of WebServer::Start.
Result<std::unique_ptr<WebServer>> ListenForWeb(const config::Config& config, WebContent content,
                                                ControlServer* control, FileSystem& files);

}  // namespace hypnos

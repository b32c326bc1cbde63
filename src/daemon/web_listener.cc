#include "daemon/web_listener.h"

#include <utility>

#include "daemon/build_options.h"
#include "hypnos/base/check.h"
#include "hypnos/base/log.h"

namespace hypnos {
namespace {

// As it is written in a browser; one that listens everywhere is here, too.
std::string HostOf(const std::string& address) {
  if (address == "0.0.0.0" || address == "::") return "localhost";
  return address.find(':') == std::string::npos ? address : "[" + address + "]";
}

}  // namespace

Result<std::unique_ptr<WebServer>> ListenForWeb(const config::Config& config, WebContent content,
                                                ControlServer* control, FileSystem& files) {
  if (!config.has_web()) return std::unique_ptr<WebServer>();
  HYPNOS_CHECK(control != nullptr);
  const WebServerOptions options = BuildWebServerOptions(config);
  HYPNOS_ASSIGN_OR_RETURN(auto server,
                          WebServer::Start(options, std::move(content), *control, files));
  log::Info("dashboard: {}://{}:{}", options.tls ? "https" : "http", HostOf(options.address),
            server->port());
  return server;
}

}  // namespace hypnos

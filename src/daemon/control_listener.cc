#include "daemon/control_listener.h"

#include <unistd.h>

#include <filesystem>

#include "daemon/build_options.h"
#include "daemon/exit_code.h"
#include "hypnos/base/log.h"
#include "hypnos/base/printable.h"

namespace hypnos {
namespace {

// As a service manager would have made it. Where that fails, listening says why.
void MakeFolderOf(const std::string& path) {
  std::error_code ignored;
  std::filesystem::create_directory(std::filesystem::path(path).parent_path(), ignored);
}

bool CanMakeFilesBeside(const std::string& path) {
  return access(std::filesystem::path(path).parent_path().c_str(), W_OK | X_OK) == 0;
}

}  // namespace

Result<std::unique_ptr<ControlServer>> ListenForControl(const config::Control& config, bool page,
                                                        const std::string& version,
                                                        FileSystem& files, const Clock& clock,
                                                        ControlService& service) {
  ControlServerOptions options = BuildControlServerOptions(config);
  options.daemon_version = version;
  if (!options.socket_path.empty()) {
    MakeFolderOf(options.socket_path);
    if (!config.has_socket() && !CanMakeFilesBeside(options.socket_path)) {
      log::Info(
          "no control socket, so that hypnosctl cannot reach it: {} cannot be made; choose "
          "another path with --control or control.socket",
          options.socket_path);
      options.socket_path.clear();
    }
  }
  if (options.socket_path.empty() && !options.tcp && !page) return std::unique_ptr<ControlServer>();
  HYPNOS_ASSIGN_OR_RETURN(auto server, ControlServer::Start(options, files, clock, service));
  if (!options.socket_path.empty()) {
    log::Info("control socket: {}", Printable(options.socket_path));
  }
  if (options.tcp) {
    log::Info("control over TCP{}: {} port {}", options.tcp->tls ? " with TLS" : "",
              options.tcp->address, server->tcp_port());
  }
  return server;
}

int ControlExitCode(const Error& error) {
  const bool may_pass = error.reason == "SOCKET_IN_USE" || error.reason == "CANNOT_LISTEN";
  return may_pass ? kExitTryAgain : kExitConfiguration;
}

}  // namespace hypnos

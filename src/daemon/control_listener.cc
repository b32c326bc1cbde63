#include "daemon/control_listener.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <utility>

#include "daemon/build_options.h"
#include "daemon/exit_code.h"
#include "hypnos/base/format.h"
#include "hypnos/base/log.h"
#include "hypnos/base/printable.h"
#include "hypnos/control/socket_path.h"

namespace hypnos {
namespace {

// As a service manager would have made it. Where that fails, listening says why.
void MakeFolderOf(const std::string& path) {
  std::error_code ignored;
  std::filesystem::create_directory(std::filesystem::path(path).parent_path(), ignored);
}

bool CanMake(const std::string& path) {
  MakeFolderOf(path);
  return access(std::filesystem::path(path).parent_path().c_str(), W_OK | X_OK) == 0;
}

std::string RuntimeFolder() {
  const char* folder = std::getenv("XDG_RUNTIME_DIR");
  return folder == nullptr ? "" : folder;
}

void SayThereIsNoSocket(const std::string& why) {
  log::Info("no control socket: {}", Printable(why));
}

bool IsListening(const ControlServerOptions& options, bool page) {
  return !options.socket_path.empty() || options.tcp || page;
}

}  // namespace

std::string ChooseSocket(const config::Control& config, std::string_view runtime_folder,
                         const std::function<bool(const std::string& path)>& can_make) {
  if (config.has_socket()) return config.socket();
  if (can_make(config.socket())) return config.socket();
  const std::string own = UserSocket(runtime_folder);
  return !own.empty() && can_make(own) ? own : "";
}

Result<std::unique_ptr<ControlServer>> ListenForControl(const config::Control& config, bool page,
                                                        const std::string& version,
                                                        FileSystem& files, const Clock& clock,
                                                        ControlService& service) {
  ControlServerOptions options = BuildControlServerOptions(config);
  options.daemon_version = version;
  options.socket_path = ChooseSocket(config, RuntimeFolder(), CanMake);
  if (config.has_socket()) {
    MakeFolderOf(config.socket());
  } else if (options.socket_path.empty()) {
    SayThereIsNoSocket(
        Format("{} cannot be made, nor one in the folder that XDG_RUNTIME_DIR names; choose a path "
               "with --control or control.socket",
               config.socket()));
  }
  if (!IsListening(options, page)) return std::unique_ptr<ControlServer>();
  auto started = ControlServer::Start(options, files, clock, service);
  const bool nobody_asked = !config.has_socket() && options.socket_path != config.socket();
  if (!started.ok() && nobody_asked && !options.socket_path.empty()) {
    SayThereIsNoSocket(started.error().message);
    options.socket_path.clear();
    if (!IsListening(options, page)) return std::unique_ptr<ControlServer>();
    started = ControlServer::Start(options, files, clock, service);
  }
  HYPNOS_ASSIGN_OR_RETURN(auto server, std::move(started));
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

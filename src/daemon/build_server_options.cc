#include <cstdint>

#include "daemon/build_options.h"

namespace hypnos {
namespace {

namespace pb = config;

ControlTlsOptions BuildTls(const pb::ControlTls& tls) {
  return {tls.certificate(), tls.key(), tls.client_authority()};
}

control::Access BuildAccess(pb::Control::SocketAccess access) {
  switch (access) {
    case pb::Control::CONTROL:
      return control::CONTROL;
    case pb::Control::VIEW:
      return control::VIEW;
    case pb::Control::NONE:
      break;
  }
  return control::NONE;
}

}  // namespace

ControlServerOptions BuildControlServerOptions(const pb::Control& control) {
  ControlServerOptions options;
  options.socket_path = control.socket();
  options.socket_access = BuildAccess(control.socket_access());
  options.tokens_path = control.tokens();
  if (!control.has_tcp()) return options;
  ControlTcpOptions& tcp = options.tcp.emplace();
  tcp.address = control.tcp().address();
  tcp.port = static_cast<uint16_t>(control.tcp().port());
  if (control.tcp().has_tls()) tcp.tls = BuildTls(control.tcp().tls());
  return options;
}

WebServerOptions BuildWebServerOptions(const pb::Config& config) {
  const pb::Web& web = config.web();
  WebServerOptions options;
  options.address = web.address();
  options.port = static_cast<uint16_t>(web.port());
  options.hosts.assign(web.hosts().begin(), web.hosts().end());
  if (web.has_tls()) options.tls = BuildTls(web.tls());
  options.tokens = !config.control().tokens().empty();
  return options;
}

}  // namespace hypnos

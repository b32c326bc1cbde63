#include "cli/endpoint.h"

#include <arpa/inet.h>

#include <array>
#include <charconv>
#include <optional>

#include "cli/profiles.h"
#include "cli/secret_file.h"
#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"
#include "hypnos/control/socket_path.h"

namespace hypnos::cli {
namespace {

struct Setting {
  const char* flag;
  const char* variable;
  std::string Profile::*field;
};
// Not HYPNOS_...: those are keys of the daemon's configuration, which refuses others.
constexpr std::array kSettings = {
    Setting{"--socket", "HYPNOSCTL_SOCKET", &Profile::socket},
    Setting{"--address", "HYPNOSCTL_ADDRESS", &Profile::address},
    Setting{"--tls-ca", "HYPNOSCTL_TLS_CA", &Profile::tls_ca},
    Setting{"--tls-cert", "HYPNOSCTL_TLS_CERT", &Profile::tls_cert},
    Setting{"--tls-key", "HYPNOSCTL_TLS_KEY", &Profile::tls_key},
    Setting{"--token-file", "HYPNOSCTL_TOKEN_FILE", &Profile::token_file},
};

Error Wrong(const char* reason, std::string sentence) {
  return {Code::kInvalidArgument, reason, std::move(sentence)};
}

// "" where it is not set; an empty variable is as good as none.
std::string Variable(const Environment& environment, const std::string& name) {
  const auto found = environment.find(name);
  return found == environment.end() ? "" : found->second;
}

bool NamesADaemon(const Profile& profile) {
  return !profile.socket.empty() || !profile.address.empty();
}

Profile FromFlags(const Values& values) {
  Profile profile;
  for (const Setting& setting : kSettings) profile.*setting.field = values.Text(setting.flag);
  profile.tls = values.Has("--tls");
  return profile;
}

Profile FromEnvironment(const Environment& environment) {
  Profile profile;
  for (const Setting& setting : kSettings) {
    profile.*setting.field = Variable(environment, setting.variable);
  }
  return profile;
}

// Whatever `over` says beside naming a daemon holds for the daemon that `under` names, too.
Profile LaidOver(const Profile& over, Profile under) {
  for (const Setting& setting : kSettings) {
    const bool names_a_daemon =
        setting.field == &Profile::socket || setting.field == &Profile::address;
    if (!names_a_daemon && !(over.*setting.field).empty()) {
      under.*setting.field = over.*setting.field;
    }
  }
  under.tls |= over.tls;
  return under;
}

Profile ThisMachine(const Environment& environment, FileSystem& files) {
  Profile profile;
  profile.socket = Variable(environment, "HYPNOS_CONTROL__SOCKET");
  if (!profile.socket.empty()) return profile;
  const std::string own = UserSocket(Variable(environment, "XDG_RUNTIME_DIR"));
  const bool only_own = !own.empty() && !files.Exists(kSystemSocket) && files.Exists(own);
  profile.socket = only_own ? own : kSystemSocket;
  return profile;
}

// Not from the environment's settings, which belong to another daemon, if flags name one.
Result<Profile> Found(const Values& values, const Environment& environment, FileSystem& files) {
  const Profile flags = FromFlags(values);
  if (NamesADaemon(flags)) return flags;
  const std::string path = ProfilesPath(environment);
  if (values.Has("--profile")) {
    HYPNOS_ASSIGN_OR_RETURN(const Profile profile,
                            NamedProfile(path, values.Text("--profile"), environment, files));
    return LaidOver(flags, profile);
  }
  const Profile variables = FromEnvironment(environment);
  if (NamesADaemon(variables)) return LaidOver(flags, variables);
  const Profile over = LaidOver(flags, variables);
  if (const std::string name = Variable(environment, "HYPNOSCTL_PROFILE"); !name.empty()) {
    HYPNOS_ASSIGN_OR_RETURN(const Profile profile, NamedProfile(path, name, environment, files));
    return LaidOver(over, profile);
  }
  HYPNOS_ASSIGN_OR_RETURN(const auto usual, DefaultProfile(path, environment, files));
  return LaidOver(over, usual ? *usual : ThisMachine(environment, files));
}

bool IsThisMachine(const std::string& host) {
  if (host == "localhost" || host == "::1") return true;
  in_addr address{};
  return inet_pton(AF_INET, host.c_str(), &address) == 1 && host.starts_with("127.");
}

Status CheckTogether(const Values& values) {
  if (values.Has("--socket") && values.Has("--address")) {
    return Wrong("WRONG_USAGE", "--socket and --address name two daemons; give one of them");
  }
  if (values.Has("--profile") && (values.Has("--socket") || values.Has("--address"))) {
    return Wrong("WRONG_USAGE",
                 "--profile names a daemon, and --socket or --address another; give one of them");
  }
  return {};
}

}  // namespace

std::string ProfilesPath(const Environment& environment) {
  const std::string folder = Variable(environment, "XDG_CONFIG_HOME");
  if (!folder.empty()) return folder + "/hypnos/profiles.yaml";
  const std::string home = Variable(environment, "HOME");
  return home.empty() ? "" : home + "/.config/hypnos/profiles.yaml";
}

Status ParseAddress(const std::string& text, ControlEndpoint* endpoint) {
  const Error wrong =
      Wrong("NOT_AN_ADDRESS",
            Format("'{}' is no address: give host:port, as in attic.example:{} or [::1]:{}",
                   Printable(text), kDefaultPort, kDefaultPort));
  // What stands in brackets may hold colons.
  const size_t end_of_host = text.starts_with('[') ? text.find(']') : text.find(':');
  std::string host = text.substr(0, end_of_host);
  std::string port = end_of_host == std::string::npos ? "" : text.substr(end_of_host);
  if (text.starts_with('[')) {
    if (port.empty()) return wrong;
    host.erase(0, 1);
    port.erase(0, 1);
  }
  endpoint->host = host;
  endpoint->port = kDefaultPort;
  if (host.empty()) return wrong;
  if (port.empty()) return {};
  const char* end = port.data() + port.size();
  const auto [rest, error] = std::from_chars(port.data() + 1, end, endpoint->port);
  if (port[0] != ':' || error != std::errc() || rest != end || endpoint->port == 0) return wrong;
  return {};
}

Result<ControlEndpoint> FindEndpoint(const Values& values, const Environment& environment,
                                     FileSystem& files) {
  HYPNOS_RETURN_IF_ERROR(CheckTogether(values));
  HYPNOS_ASSIGN_OR_RETURN(const Profile found, Found(values, environment, files));
  ControlEndpoint endpoint;
  if (!found.socket.empty()) {
    endpoint.socket_path = found.socket;
  } else {
    HYPNOS_RETURN_IF_ERROR(ParseAddress(found.address, &endpoint));
    // A token must not travel where others can listen.
    endpoint.tls = found.tls || !found.tls_ca.empty() || !IsThisMachine(endpoint.host);
    endpoint.authority_path = found.tls_ca;
    endpoint.certificate_path = found.tls_cert;
    endpoint.key_path = found.tls_key;
  }
  if (!found.token_file.empty()) {
    HYPNOS_ASSIGN_OR_RETURN(endpoint.token, ReadToken(found.token_file));
  }
  return endpoint;
}

}  // namespace hypnos::cli

#include "cli/hints.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "hypnos/base/format.h"

namespace hypnos::cli {
namespace {

struct Advice {
  std::string_view reason;
  std::string_view local;   // over a socket of this machine
  std::string_view remote;  // over TCP
};

constexpr std::string_view kToken =
    "Name a file with a token that it accepts with --token-file FILE.";
constexpr std::string_view kLonger = "If it may take longer, say so with --timeout SECONDS.";

constexpr std::array kAdvice = {
    Advice{"NO_DAEMON",
           "Start it with `hypnosd --config FILE`, or say with --socket where it listens: its log "
           "says so (`control socket: ...`).",
           "See whether hypnosd runs there, and whether its configuration lets it listen on TCP."},
    Advice{"SOCKET_FORBIDDEN",
           "You may not open its socket: join the group that the socket belongs to, or ask as the "
           "user that hypnosd runs as.",
           ""},
    Advice{"TOKEN_WRONG", kToken, kToken},
    Advice{"CONTROL_NEEDED", kToken, kToken},
    Advice{"TLS_FAILED", "",
           "Check that it listens with TLS, that --tls-ca names the authority of its certificate, "
           "and that the certificate is for this host."},
    Advice{"CONNECTION_LOST", "The daemon ended, or closed the connection; see its log.",
           "The daemon ended, or closed the connection; see its log. Perhaps it wants TLS: --tls."},
    Advice{"NO_ANSWER", kLonger, kLonger},
    Advice{"DEADLINE_EXCEEDED", kLonger, kLonger},
    Advice{"NOT_A_DAEMON", "Check --socket: something else listens there.",
           "Check --address: something else listens there, or it wants TLS: --tls."},
    Advice{"UNKNOWN_REQUEST", "Use a hypnosctl of the daemon's version, or a newer hypnosd.",
           "Use a hypnosctl of the daemon's version, or a newer hypnosd."},
};

}  // namespace

std::string Hint(const Error& error, const ControlEndpoint& endpoint) {
  const auto* found = std::ranges::find(kAdvice, error.reason, &Advice::reason);
  if (found == kAdvice.end()) return "";
  return std::string(endpoint.socket_path.empty() ? found->remote : found->local);
}

}  // namespace hypnos::cli

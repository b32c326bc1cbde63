#include "hypnos/control/gate.h"

#include <cmath>

#include "hypnos/base/format.h"

namespace hypnos {

Result<Gate::Admission> Gate::Admit(std::string_view token, const Peer& peer, Instant now) {
  if (token.empty()) {
    if (peer.without_token != control::NONE) return Admission{peer.without_token, ""};
    return Error{Code::kUnauthenticated, "TOKEN_NEEDED",
                 "nobody is let in here without a token: give one (hypnosctl: --token-file FILE)"};
  }
  if (const Duration wait = throttle_.Wait(peer.group, now); wait > Duration::zero()) {
    return Error{Code::kResourceExhausted, "LOGIN_THROTTLED",
                 Format("too many wrong tokens from {}: try again in {:.0f} s", peer.name,
                        std::ceil(Seconds(wait)))};
  }
  if (const auto holder = tokens_.Find(token)) {
    throttle_.Succeeded(peer.group);
    return Admission{holder->access, holder->name};
  }
  throttle_.Failed(peer.group, now);
  return Error{Code::kUnauthenticated, "TOKEN_WRONG",
               "the token is not one of those that are let in"};
}

}  // namespace hypnos

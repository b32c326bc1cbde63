// Who is let in, and to do what.
// Threads: thread-compatible.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "hypnos/control/login_throttle.h"
#include "hypnos/control/tokens.h"

namespace hypnos {

// The other end of a connection, as the transport knows it.
struct Peer {
  // For the log: "192.0.2.7", "uid 1000".
  std::string name;
  // By which failures are counted: a whole IPv6 network is one, since it costs nothing to have many
  // of its addresses.
  std::string group;
  // What it may do without a token.
  control::Access without_token = control::NONE;
};

class Gate {
 public:
  struct Admission {
    control::Access access = control::NONE;
    std::string holder;  // of the token; empty: without one
  };

  void SetTokens(Tokens tokens) { tokens_ = std::move(tokens); }

  // kUnauthenticated, reason TOKEN_NEEDED or TOKEN_WRONG; kResourceExhausted, reason
  // LOGIN_THROTTLED, without a look at the token.
  Result<Admission> Admit(std::string_view token, const Peer& peer, Instant now);

 private:
  Tokens tokens_;
  LoginThrottle throttle_;
};

}  // namespace hypnos

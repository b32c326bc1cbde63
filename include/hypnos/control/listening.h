// What every server of the daemon heeds when it listens on TCP, and knows of whoever connects.
// Threads: safe.
#pragma once

#include <cstdint>
#include <string>

#include "hypnos/base/result.h"
#include "hypnos/control/asio.h"
#include "hypnos/control/gate.h"

namespace hypnos {

// Where to listen, as a section of the configuration says.
struct ListenAddress {
  std::string section;  // "control.tcp"; for errors
  std::string address;  // an IP address, of which the machine has one
  uint16_t port = 0;    // 0: a free one
};

// kInvalidArgument, with a sentence that names the key: NOT_AN_ADDRESS; NOT_SAFE for an address off
// loopback without both TLS and tokens.
Status CheckMayListen(const ListenAddress& where, bool tls, bool tokens);

// Precondition: CheckMayListen. kUnavailable, reason CANNOT_LISTEN.
Status ListenOn(const ListenAddress& where, boost::asio::ip::tcp::acceptor* acceptor);

// Sets what is set on every socket, and says whose it is.
Peer WelcomePeer(boost::asio::ip::tcp::socket& socket, control::Access without_token);

}  // namespace hypnos

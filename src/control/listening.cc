#include "hypnos/control/listening.h"

#include <algorithm>

#include "hypnos/base/format.h"

namespace hypnos {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// Of IPv6 the network, of which whoever has one address has them all.
std::string GroupOf(const asio::ip::address& address) {
  if (!address.is_v6() || address.to_v6().is_v4_mapped()) return address.to_string();
  auto bytes = address.to_v6().to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), uint8_t{0});
  return asio::ip::address_v6(bytes).to_string();
}

}  // namespace

Status CheckMayListen(const ListenAddress& where, bool tls, bool tokens) {
  error_code error;
  const auto address = asio::ip::make_address(where.address, error);
  if (error) {
    return Error{Code::kInvalidArgument, "NOT_AN_ADDRESS",
                 Format("{}.address: '{}' is no IP address, such as 127.0.0.1 or ::", where.section,
                        where.address)};
  }
  if (address.is_loopback() || (tls && tokens)) return {};
  const std::string needs_tls = Format("TLS ({}.tls)", where.section);
  const std::string needs_tokens = "tokens (control.tokens)";
  return Error{Code::kInvalidArgument, "NOT_SAFE",
               Format("{}.address: {} can be reached from other machines, which needs {}: "
                      "give it, or listen on 127.0.0.1",
                      where.section, where.address,
                      tls      ? needs_tokens
                      : tokens ? needs_tls
                               : needs_tls + " and " + needs_tokens)};
}

Status ListenOn(const ListenAddress& where, tcp::acceptor* acceptor) {
  const tcp::endpoint endpoint(asio::ip::make_address(where.address), where.port);
  error_code error;
  acceptor->open(endpoint.protocol(), error);
  if (!error) acceptor->set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor->bind(endpoint, error);
  if (!error) acceptor->listen(asio::socket_base::max_listen_connections, error);
  if (!error) return {};
  return Error{
      Code::kUnavailable, "CANNOT_LISTEN",
      Format("{0}: cannot listen on {1} port {2}: {3}; choose another one with {0}.address "
             "or {0}.port",
             where.section, where.address, where.port, error.message())};
}

Peer WelcomePeer(tcp::socket& socket, control::Access without_token) {
  error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  // Finds out, in hours, that the other machine is gone without a word.
  socket.set_option(asio::socket_base::keep_alive(true), ignored);
  error_code error;
  const auto endpoint = socket.remote_endpoint(error);
  if (error) return {"a client that is gone", "", without_token};
  return {endpoint.address().to_string(), GroupOf(endpoint.address()), without_token};
}

}  // namespace hypnos

#include "sources/line_socket.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"
#include "sources/interruptible_wait.h"

namespace hypnos {
namespace {

constexpr std::string_view kScheme = "tcp://";
constexpr int kConnectMilliseconds = 10'000;
constexpr int kForEver = -1;
constexpr int kKeepAliveSeconds = 60;

Error Lost(const std::string& why) { return {Code::kUnavailable, "CONNECTION_LOST", why}; }

struct FreeAddresses {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

Result<Addresses> LookUp(const HostAndPort& address) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int failed = getaddrinfo(address.host.c_str(), address.port.c_str(), &hints, &found);
  if (failed == 0) return Addresses(found);
  return Lost(Format("'{}' is not known: {}", Printable(address.host), gai_strerror(failed)));
}

// 1: ready; 0: not in time; -1: interrupted.
int Wait(int socket, short events, const Interruption& interruption, int milliseconds) {
  std::array<pollfd, 2> ready = {
      pollfd{.fd = interruption.descriptor(), .events = POLLIN, .revents = 0},
      pollfd{.fd = socket, .events = events, .revents = 0}};
  int count = 0;
  do {
    count = poll(ready.data(), ready.size(), milliseconds);
  } while (count < 0 && errno == EINTR);
  if (interruption.raised()) return -1;
  return count > 0 ? 1 : 0;
}

}  // namespace

Result<HostAndPort> ParseTcpUrl(const std::string& url) {
  const auto bad = [&] {
    return Error{Code::kInvalidArgument, "BAD_URL",
                 Format("'{}' is none of the form tcp://host:port", Printable(url))};
  };
  if (!url.starts_with(kScheme)) return bad();
  const std::string rest = url.substr(kScheme.size());
  const size_t colon = rest.rfind(':');
  if (colon == std::string::npos || colon == 0) return bad();
  HostAndPort address = {rest.substr(0, colon), rest.substr(colon + 1)};
  if (address.host.starts_with('[') && address.host.ends_with(']')) {
    address.host = address.host.substr(1, address.host.size() - 2);
  } else if (address.host.find(':') != std::string::npos) {
    return bad();
  }
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const bool is_number = !address.port.empty() && address.port.size() <= 5 &&
                         std::ranges::all_of(address.port, is_digit);
  if (address.host.empty() || !is_number) return bad();
  const int port = std::stoi(address.port);
  if (port < 1 || port > 65535) return bad();
  return address;
}

LineSocket::LineSocket(HostAndPort address, LineSocketOptions options, Rng rng)
    : address_(std::move(address)),
      options_(std::move(options)),
      interruption_(options_.interruption ? options_.interruption
                                          : std::make_shared<Interruption>()),
      backoff_(rng) {
  health_.state = SourceState::kConnecting;
}

LineSocket::~LineSocket() { Close(); }

SourceHealth LineSocket::health() const {
  const std::scoped_lock lock(mutex_);
  return health_;
}

void LineSocket::Become(SourceState state, const std::string& why, Duration retry_in) {
  SourceHealth now;
  {
    const std::scoped_lock lock(mutex_);
    if (state == SourceState::kLive) ++health_.connections;
    if (state == SourceState::kLost && health_.state == SourceState::kLive) ++health_.losses;
    health_.state = state;
    health_.why = why;
    health_.retry_in = retry_in;
    now = health_;
  }
  if (options_.on_change) options_.on_change(now);
}

void LineSocket::Close() {
  if (socket_ >= 0) close(socket_);
  socket_ = -1;
}

Status LineSocket::ConnectTo(const addrinfo& address) const {
  const int on = 1;
  setsockopt(socket_, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
  const int idle = kKeepAliveSeconds;
  setsockopt(socket_, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
  if (connect(socket_, address.ai_addr, address.ai_addrlen) == 0) return {};
  if (errno != EINPROGRESS) return Lost(std::strerror(errno));
  if (Wait(socket_, POLLOUT, *interruption_, kConnectMilliseconds) <= 0) {
    return Lost("nobody answers");
  }
  int error = 0;
  socklen_t size = sizeof(error);
  getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return Lost(std::strerror(error));
  return {};
}

Status LineSocket::Connect() {
  HYPNOS_ASSIGN_OR_RETURN(const Addresses found, LookUp(address_));
  Status last = Lost("it has no address");
  for (const addrinfo* each = found.get(); each != nullptr && !interruption_->raised();
       each = each->ai_next) {
    socket_ = socket(each->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (socket_ < 0) {
      last = Lost(std::strerror(errno));
      continue;
    }
    last = ConnectTo(*each);
    if (last.ok()) return {};
    Close();
  }
  return last;
}

Result<std::string> LineSocket::ReadSome() {
  const bool was_connected = socket_ >= 0;
  if (!was_connected) {
    HYPNOS_RETURN_IF_ERROR(Connect());
    Become(SourceState::kLive, "", {});
  }
  std::array<char, 1 << 16> bytes;
  while (true) {
    if (Wait(socket_, POLLIN, *interruption_, kForEver) < 0) return std::string();
    const ssize_t count = recv(socket_, bytes.data(), bytes.size(), 0);
    if (count > 0) return std::string(bytes.data(), static_cast<size_t>(count));
    if (count == 0) return Lost("it has closed the connection");
    if (errno != EINTR && errno != EAGAIN) return Lost(std::strerror(errno));
  }
}

Result<BytePiece> LineSocket::Read() {
  while (true) {
    const bool anew = socket_ < 0;
    const Result<std::string> some = ReadSome();
    if (interruption_->raised()) return BytePiece{.interrupted = true};
    if (some.ok()) {
      backoff_.Reset();
      const bool again = anew && std::exchange(connected_before_, true);
      return BytePiece{.bytes = *some, .joint = again ? Joint::kBegunAnew : Joint::kGoesOn};
    }
    Close();
    if (!options_.reconnect) {
      return Lost(Format("'{}': {}", Printable(options_.url), some.error().message));
    }
    const Duration wait = backoff_.Next();
    Become(SourceState::kLost, some.error().message, wait);
    if (!WaitUnlessRaised(*interruption_, wait)) return BytePiece{.interrupted = true};
  }
}

}  // namespace hypnos

// What another machine writes to a TCP connection: hypnosd connects to tcp://host:port and reads.
// A connection that breaks off, or cannot be made yet, is tried again after 1 to 60 s, for ever; or
// is an error, where that is wanted. Bytes of a new connection are the beginning of another stream.
// Connecting, too, ends at once when it is interrupted; looking up a name does not, and takes what
// the system's resolver takes. It may be silent for as long as it likes: a sensor that tells
// something once an hour is not lost. A machine that is gone without a word is found out by TCP's
// keep-alive.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "hypnos/base/backoff.h"
#include "hypnos/imaging/interruption.h"
#include "sources/byte_stream.h"

struct addrinfo;

namespace hypnos {

struct HostAndPort {
  std::string host;
  std::string port;
};

// Of tcp://host:port, the host a name, an IPv4 address or an IPv6 address in brackets.
// kInvalidArgument, reason BAD_URL.
Result<HostAndPort> ParseTcpUrl(const std::string& url);

struct LineSocketOptions {
  std::string url;
  bool reconnect = true;
  // Ends every wait; null: one of its own.
  std::shared_ptr<Interruption> interruption = nullptr;
  // Told of each change, by the thread that reads. May be empty.
  std::function<void(const SourceHealth&)> on_change;
};

class LineSocket final : public ByteStream {
 public:
  LineSocket(HostAndPort address, LineSocketOptions options, Rng rng);
  ~LineSocket() override;

  Result<BytePiece> Read() override;
  void Interrupt() override { interruption_->Raise(); }
  SourceHealth health() const override;

 private:
  // Empty: interrupted.
  Result<std::string> ReadSome();
  Status Connect();
  Status ConnectTo(const addrinfo& address) const;
  void Close();
  void Become(SourceState state, const std::string& why, Duration retry_in);

  const HostAndPort address_;
  const LineSocketOptions options_;
  const std::shared_ptr<Interruption> interruption_;
  Backoff backoff_;
  int socket_ = -1;
  bool connected_before_ = false;
  mutable std::mutex mutex_;
  SourceHealth health_;
};

}  // namespace hypnos

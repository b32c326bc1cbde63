#include "hypnos/control/client.h"

#include <deque>
#include <optional>
#include <utility>
#include <variant>

#include "hypnos/base/format.h"
#include "hypnos/control/asio.h"
#include "hypnos/control/errors.h"
#include "hypnos/control/framing.h"
#include "hypnos/control/session.h"
#include "hypnos/control/tls.h"

namespace hypnos {
namespace {

namespace asio = boost::asio;
namespace pb = control;
using asio::ip::tcp;
using boost::system::error_code;
using Local = asio::local::stream_protocol;
using TlsStream = asio::ssl::stream<tcp::socket>;

// Pictures of a long dream are large.
constexpr uint32_t kLargestAnswerBytes = 256u << 20;
// What the client waits beyond the deadline that it gave to the daemon.
constexpr Duration kGrace = std::chrono::seconds(1);

Error NoAnswer(Duration patience) {
  return {Code::kDeadlineExceeded, "NO_ANSWER",
          Format("the daemon did not answer within {:.3g} s", Seconds(patience))};
}

std::string Where(const ControlEndpoint& endpoint) {
  if (!endpoint.socket_path.empty()) return endpoint.socket_path;
  return Format("{} port {}", endpoint.host, endpoint.port);
}

Error NoDaemon(const ControlEndpoint& endpoint, const error_code& error) {
  return {error == asio::error::access_denied ? Code::kPermissionDenied : Code::kUnavailable,
          error == asio::error::access_denied ? "SOCKET_FORBIDDEN" : "NO_DAEMON",
          Format("cannot reach a daemon at {}: {}", Where(endpoint), error.message())};
}

}  // namespace

class ControlClient::Impl {
 public:
  explicit Impl(ControlEndpoint endpoint)
      : endpoint_(std::move(endpoint)), reader_(kLargestAnswerBytes) {}

  Status Connect(FileSystem& files, Duration patience);
  Status SayHello(Duration patience);
  Result<pb::Response> Call(const pb::Request& request, Duration patience);
  Result<pb::Update> NextUpdate(Duration patience);
  Result<std::vector<pb::Update>> TakeUpdates();
  int descriptor();
  const pb::Welcome& welcome() const { return welcome_; }

 private:
  template <class Begin>
  std::optional<error_code> Wait(Duration patience, Begin begin);
  // Runs until done() or until `patience` is over; false: it is.
  template <class Done>
  bool RunUntil(Duration patience, Done done);
  Status ConnectLocal(Duration patience);
  Status ConnectTcp(Duration patience);
  Status StartTls(FileSystem& files, Duration patience);
  Status Write(const pb::Envelope& envelope, Duration patience);
  // The next envelope that has come, or comes within `patience`.
  Result<pb::Envelope> Read(Duration patience);
  // The next envelope of what has been read.
  Result<std::optional<pb::Envelope>> NextEnvelope();
  // Sees to it that one read is under way. It goes on when nobody waits for it any more, so that
  // what it reads is not lost.
  void BeginRead();
  // Hands what the read brought to the reader. Precondition: it is done.
  Status TakeRead();
  // Keeps an update; of anything else only an error counts.
  Status KeepUpdate(pb::Envelope envelope);
  Error Lost(const error_code& error) const;
  Error NotADaemon() const;

  // f(stream), for whichever there is.
  template <class F>
  void WithStream(F f) {
    if (auto* local = std::get_if<Local::socket>(&stream_)) return f(*local);
    if (auto* plain = std::get_if<tcp::socket>(&stream_)) return f(*plain);
    f(*std::get<std::unique_ptr<TlsStream>>(stream_));
  }

  ControlEndpoint endpoint_;
  asio::io_context io_{1};
  TlsContext tls_;
  std::variant<std::monostate, Local::socket, tcp::socket, std::unique_ptr<TlsStream>> stream_;
  MessageReader reader_;
  std::array<char, 16 << 10> input_{};
  bool reading_ = false;
  std::optional<std::pair<error_code, size_t>> read_;  // done, and not yet taken
  pb::Welcome welcome_;
  uint64_t last_request_ = 0;
  std::deque<pb::Envelope> updates_;
  std::optional<Error> ended_;  // what ended them, and was not yet told
};

template <class Done>
bool ControlClient::Impl::RunUntil(Duration patience, Done done) {
  io_.restart();
  // One handler after the other: the first may not be the one that is waited for.
  asio::steady_timer timer(io_, std::chrono::steady_clock::duration(patience));
  bool expired = false;
  timer.async_wait([&expired](const error_code& error) {
    if (!error) expired = true;
  });
  while (!done() && !expired && io_.run_one() > 0) {
  }
  // The timer's handler must not outlive what it writes to.
  error_code ignored;
  timer.cancel(ignored);
  io_.restart();
  io_.poll();
  return done();
}

// Begins something and runs until it is done. Nothing where that took too long; it is then
// abandoned, and with it the connection.
template <class Begin>
std::optional<error_code> ControlClient::Impl::Wait(Duration patience, Begin begin) {
  auto result = std::make_shared<std::optional<error_code>>();
  begin([result](const error_code& error, auto&&...) { *result = error; });
  if (RunUntil(patience, [&] { return result->has_value(); })) return *result;
  error_code ignored;
  if (stream_.index() != 0) WithStream([&](auto& s) { s.lowest_layer().close(ignored); });
  io_.restart();
  io_.poll();
  return std::nullopt;
}

Status ControlClient::Impl::ConnectLocal(Duration patience) {
  if (endpoint_.socket_path.size() >= sizeof(sockaddr_un::sun_path)) {
    return Error{Code::kInvalidArgument, "SOCKET_PATH_TOO_LONG",
                 Format("{}: longer than a socket's path can be", endpoint_.socket_path)};
  }
  auto& socket = stream_.emplace<Local::socket>(io_);
  const auto error = Wait(patience, [&](auto done) {
    socket.async_connect(Local::endpoint(endpoint_.socket_path), done);
  });
  if (!error) return NoAnswer(patience);
  if (*error) return NoDaemon(endpoint_, *error);
  return {};
}

Status ControlClient::Impl::ConnectTcp(Duration patience) {
  tcp::resolver resolver(io_);
  error_code failed;
  const auto found = resolver.resolve(endpoint_.host, std::to_string(endpoint_.port), failed);
  if (failed) return NoDaemon(endpoint_, failed);
  auto& socket = stream_.emplace<tcp::socket>(io_);
  const auto error = Wait(patience, [&](auto done) { asio::async_connect(socket, found, done); });
  if (!error) return NoAnswer(patience);
  if (*error) return NoDaemon(endpoint_, *error);
  socket.set_option(tcp::no_delay(true), failed);
  return {};
}

Status ControlClient::Impl::StartTls(FileSystem& files, Duration patience) {
  HYPNOS_ASSIGN_OR_RETURN(tls_, MakeClientContext(endpoint_, files));
  auto stream = std::make_unique<TlsStream>(std::get<tcp::socket>(std::move(stream_)), *tls_);
  SSL_set_tlsext_host_name(stream->native_handle(), endpoint_.host.c_str());
  stream->set_verify_callback(asio::ssl::host_name_verification(endpoint_.host));
  auto& tls = *stream_.emplace<std::unique_ptr<TlsStream>>(std::move(stream));
  const auto error =
      Wait(patience, [&](auto done) { tls.async_handshake(asio::ssl::stream_base::client, done); });
  if (!error) return NoAnswer(patience);
  if (*error) {
    return Error{Code::kUnavailable, "TLS_FAILED",
                 Format("{}: no TLS: {}", Where(endpoint_), error->message())};
  }
  return {};
}

Status ControlClient::Impl::Connect(FileSystem& files, Duration patience) {
  if (!endpoint_.socket_path.empty()) return ConnectLocal(patience);
  HYPNOS_RETURN_IF_ERROR(ConnectTcp(patience));
  if (endpoint_.tls) return StartTls(files, patience);
  return {};
}

Status ControlClient::Impl::SayHello(Duration patience) {
  pb::Envelope envelope;
  envelope.set_version(kProtocolVersion);
  envelope.set_request_id(++last_request_);
  pb::Hello& hello = *envelope.mutable_hello();
  hello.set_oldest_version(kProtocolVersion);
  hello.set_newest_version(kProtocolVersion);
  hello.set_token(endpoint_.token);
  hello.set_client(endpoint_.client_name);
  HYPNOS_RETURN_IF_ERROR(Write(envelope, patience));
  HYPNOS_ASSIGN_OR_RETURN(const pb::Envelope answer, Read(patience));
  if (answer.has_error()) return FromProto(answer.error());
  if (!answer.has_welcome()) return NotADaemon();
  welcome_ = answer.welcome();
  return {};
}

Error ControlClient::Impl::Lost(const error_code& error) const {
  return {Code::kUnavailable, "CONNECTION_LOST",
          Format("the connection to {} ended: {}", Where(endpoint_), error.message())};
}

Error ControlClient::Impl::NotADaemon() const {
  return {Code::kDataLoss, "NOT_A_DAEMON",
          Format("what listens at {} does not speak this protocol", Where(endpoint_))};
}

Status ControlClient::Impl::Write(const pb::Envelope& envelope, Duration patience) {
  const std::string bytes = Framed(envelope.SerializeAsString());
  const auto error = Wait(patience, [&](auto done) {
    WithStream([&](auto& stream) { asio::async_write(stream, asio::buffer(bytes), done); });
  });
  if (!error) return NoAnswer(patience);
  // Why it was closed may stand in what can still be read.
  if (*error && *error != asio::error::broken_pipe && *error != asio::error::connection_reset) {
    return Lost(*error);
  }
  return {};
}

void ControlClient::Impl::BeginRead() {
  if (reading_ || read_) return;
  reading_ = true;
  WithStream([this](auto& stream) {
    stream.async_read_some(asio::buffer(input_), [this](const error_code& error, size_t size) {
      reading_ = false;
      read_.emplace(error, size);
    });
  });
}

Status ControlClient::Impl::TakeRead() {
  const auto [error, size] = *std::exchange(read_, std::nullopt);
  reader_.Append({input_.data(), size});
  if (error && size == 0) return Lost(error);
  return {};
}

Result<std::optional<pb::Envelope>> ControlClient::Impl::NextEnvelope() {
  const auto message = reader_.Next();
  // What a web server says, read as a length, is more than any daemon sends.
  if (!message.ok()) return NotADaemon();
  if (!*message) return std::optional<pb::Envelope>();
  pb::Envelope envelope;
  if (envelope.ParseFromString(**message)) return std::optional(std::move(envelope));
  return NotADaemon();
}

Result<pb::Envelope> ControlClient::Impl::Read(Duration patience) {
  while (true) {
    HYPNOS_ASSIGN_OR_RETURN(auto envelope, NextEnvelope());
    if (envelope) return std::move(*envelope);
    BeginRead();
    if (!RunUntil(patience, [this] { return read_.has_value(); })) return NoAnswer(patience);
    HYPNOS_RETURN_IF_ERROR(TakeRead());
  }
}

Status ControlClient::Impl::KeepUpdate(pb::Envelope envelope) {
  if (envelope.has_error()) return FromProto(envelope.error());
  if (envelope.has_update()) updates_.push_back(std::move(envelope));
  return {};
}

Result<pb::Response> ControlClient::Impl::Call(const pb::Request& request, Duration patience) {
  pb::Envelope envelope;
  envelope.set_version(welcome_.version());
  envelope.set_request_id(++last_request_);
  envelope.set_deadline_ms(static_cast<uint32_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(patience).count()));
  *envelope.mutable_request() = request;
  HYPNOS_RETURN_IF_ERROR(Write(envelope, patience));
  while (true) {
    HYPNOS_ASSIGN_OR_RETURN(pb::Envelope answer, Read(patience + kGrace));
    if (answer.has_update()) {
      updates_.push_back(std::move(answer));
      continue;
    }
    if (answer.request_id() != last_request_ && answer.request_id() != 0) continue;
    if (answer.has_error()) return FromProto(answer.error());
    return std::move(*answer.mutable_response());
  }
}

Result<pb::Update> ControlClient::Impl::NextUpdate(Duration patience) {
  while (true) {
    if (!updates_.empty()) {
      pb::Update update = std::move(*updates_.front().mutable_update());
      updates_.pop_front();
      return update;
    }
    HYPNOS_ASSIGN_OR_RETURN(pb::Envelope envelope, Read(patience));
    HYPNOS_RETURN_IF_ERROR(KeepUpdate(std::move(envelope)));
  }
}

Result<std::vector<pb::Update>> ControlClient::Impl::TakeUpdates() {
  Status status;
  while (status.ok()) {
    auto envelope = NextEnvelope();
    if (!envelope.ok()) {
      status = envelope.error();
    } else if (*envelope) {
      status = KeepUpdate(std::move(**envelope));
    } else {
      BeginRead();
      io_.restart();
      io_.poll();
      if (!read_) break;
      status = TakeRead();
    }
  }
  // What came before the end comes before the error.
  if (updates_.empty() && ended_) return *ended_;
  if (!status.ok()) {
    if (updates_.empty()) return status.error();
    ended_ = status.error();
  }
  std::vector<pb::Update> taken;
  for (pb::Envelope& envelope : updates_) taken.push_back(std::move(*envelope.mutable_update()));
  updates_.clear();
  return taken;
}

int ControlClient::Impl::descriptor() {
  int descriptor = -1;
  WithStream([&](auto& stream) { descriptor = stream.lowest_layer().native_handle(); });
  return descriptor;
}

Result<std::unique_ptr<ControlClient>> ControlClient::Connect(const ControlEndpoint& endpoint,
                                                              FileSystem& files,
                                                              Duration patience) {
  auto impl = std::make_unique<Impl>(endpoint);
  HYPNOS_RETURN_IF_ERROR(impl->Connect(files, patience));
  HYPNOS_RETURN_IF_ERROR(impl->SayHello(patience));
  return std::unique_ptr<ControlClient>(new ControlClient(std::move(impl)));
}

ControlClient::ControlClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ControlClient::~ControlClient() = default;

const pb::Welcome& ControlClient::welcome() const { return impl_->welcome(); }

Result<pb::Response> ControlClient::Call(const pb::Request& request, Duration patience) {
  return impl_->Call(request, patience);
}

Result<pb::Update> ControlClient::NextUpdate(Duration patience) {
  return impl_->NextUpdate(patience);
}

Result<std::vector<control::Update>> ControlClient::TakeUpdates() { return impl_->TakeUpdates(); }

int ControlClient::descriptor() const { return impl_->descriptor(); }

}  // namespace hypnos

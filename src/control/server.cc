#include "hypnos/control/server.h"

#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <map>
#include <thread>
#include <utility>

#include "control/socket_transport.h"
#include "control/unix_socket.h"
#include "hypnos/base/format.h"
#include "hypnos/base/log.h"
#include "hypnos/control/asio.h"
#include "hypnos/control/connection.h"
#include "hypnos/control/listening.h"
#include "hypnos/control/tls.h"

namespace hypnos {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Local = asio::local::stream_protocol;
using TlsStream = asio::ssl::stream<tcp::socket>;

// A handful of clients that ask at the same moment are shown the same moment.
constexpr Duration kSampleAge = std::chrono::milliseconds(10);
constexpr auto kFarewell = std::chrono::seconds(1);
// After an accept that failed for want of descriptors.
constexpr auto kAcceptAgain = std::chrono::milliseconds(100);

// Each client needs a descriptor, and many systems allow a process 1024 unless it asks for more.
void AllowDescriptors(size_t clients) {
  constexpr size_t kForTheRest = 256;
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= clients + kForTheRest) return;
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, clients + kForTheRest);
  setrlimit(RLIMIT_NOFILE, &limit);
}

ListenAddress WhereOf(const ControlTcpOptions& options) {
  return {"control.tcp", options.address, options.port};
}

}  // namespace

Status CheckControlServerOptions(const ControlServerOptions& options) {
  if (!options.tcp) return {};
  return CheckMayListen(WhereOf(*options.tcp), options.tcp->tls.has_value(),
                        !options.tokens_path.empty());
}

class ControlServer::Impl {
 public:
  Impl(const ControlServerOptions& options, FileSystem& files, const Clock& clock,
       ControlService& service)
      : options_(options),
        files_(files),
        clock_(clock),
        service_(service),
        shared_{.gate = gate_,
                .check_topic = [&](control::Topic topic) { return service_.CheckTopic(topic); },
                .sample = [&](const Subject& subject) { return Sample(subject); },
                .daemon_version = options.daemon_version,
                .limits = {}},
        context_{shared_,
                 clock_,
                 service_,
                 io_,
                 std::make_shared<Mailbox>(io_),
                 [&](uint64_t id) { Forget(id); }},
        local_(io_),
        tcp_(io_),
        reload_(io_),
        accept_again_(io_) {}

  ~Impl() { Stop(); }

  Status Start();
  void Stop();
  uint16_t tcp_port() const { return tcp_port_; }
  size_t clients() const { return client_count_; }
  ControlHub hub() const { return {context_, AccessWithoutToken()}; }

 private:
  void CloseAll();
  Status ListenLocal();
  Status ListenTcp();
  void AcceptLocal();
  void AcceptTcp();
  // Where none can be accepted now, a little later.
  template <class Again>
  void AcceptLater(const error_code& error, Again again);
  template <class Stream, class Prepare>
  void Welcome(Stream stream, Peer peer, Prepare prepare);
  void Forget(uint64_t id);
  Peer LocalPeer(Local::socket& socket) const;
  // Over TCP.
  control::Access AccessWithoutToken() const;
  Status ReadTokens();
  void ReloadSoon();
  void Reload();
  Result<std::shared_ptr<const control::Update>> Sample(const Subject& subject);

  struct Sampled {
    Instant at;
    std::shared_ptr<const control::Update> update;
  };

  const ControlServerOptions options_;
  FileSystem& files_;
  const Clock& clock_;
  ControlService& service_;
  Gate gate_;
  std::string tokens_text_;
  std::optional<std::string> reload_complaint_;
  ControlSession::Shared shared_;
  asio::io_context io_{1};
  // Others may come in by a hub where nothing is listened to here.
  asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
  ConnectionContext context_;
  std::optional<UnixSocket> socket_;
  Local::acceptor local_;
  tcp::acceptor tcp_;
  std::optional<TlsFiles> tls_;
  uint16_t tcp_port_ = 0;
  asio::steady_timer reload_, accept_again_;
  std::map<Subject, Sampled> samples_;
  std::map<uint64_t, std::weak_ptr<AnyConnection>> connections_;
  uint64_t last_id_ = 0;
  std::atomic<size_t> client_count_ = 0;
  bool stopping_ = false;
  bool full_ = false;  // and it was said
  std::thread thread_;
};

Status ControlServer::Impl::Start() {
  HYPNOS_RETURN_IF_ERROR(CheckControlServerOptions(options_));
  AllowDescriptors(options_.most_clients);
  HYPNOS_RETURN_IF_ERROR(ReadTokens());
  if (!options_.socket_path.empty()) HYPNOS_RETURN_IF_ERROR(ListenLocal());
  if (options_.tcp) HYPNOS_RETURN_IF_ERROR(ListenTcp());
  ReloadSoon();
  thread_ = std::thread([this] { io_.run(); });
  return {};
}

void ControlServer::Impl::Stop() {
  if (!thread_.joinable()) return;
  // Once round first: answers that were given on the server's own thread, such as the one to who
  // asked for this end, wait behind what another thread posts.
  asio::post(io_, [this] { asio::post(io_, [this] { CloseAll(); }); });
  thread_.join();
  context_.mailbox->Close();
  socket_.reset();
}

void ControlServer::Impl::CloseAll() {
  stopping_ = true;
  error_code ignored;
  local_.close(ignored);
  tcp_.close(ignored);
  reload_.cancel(ignored);
  accept_again_.cancel(ignored);
  const auto open = connections_;
  for (const auto& [id, weak] : open) {
    if (const auto connection = weak.lock()) {
      connection->Close({Code::kUnavailable, "STOPPING", "the daemon has ended"});
    }
  }
  // Who does not take what it is owed is left.
  auto farewell = std::make_shared<asio::steady_timer>(io_, kFarewell);
  farewell->async_wait([this, farewell](const error_code&) { io_.stop(); });
  if (client_count_ == 0) io_.stop();
}

Status ControlServer::Impl::ListenLocal() {
  HYPNOS_ASSIGN_OR_RETURN(UnixSocket socket, UnixSocket::Listen(options_.socket_path));
  socket_.emplace(std::move(socket));
  local_.assign(Local(), socket_->TakeDescriptor());
  AcceptLocal();
  return {};
}

Status ControlServer::Impl::ListenTcp() {
  if (options_.tcp->tls) {
    tls_.emplace(*options_.tcp->tls, files_);
    const auto read = tls_->Read();
    if (!read.ok()) return read.error();
  }
  HYPNOS_RETURN_IF_ERROR(ListenOn(WhereOf(*options_.tcp), &tcp_));
  tcp_port_ = tcp_.local_endpoint().port();
  AcceptTcp();
  return {};
}

template <class Again>
void ControlServer::Impl::AcceptLater(const error_code& error, Again again) {
  if (stopping_ || error == asio::error::operation_aborted) return;
  log::Warning("control: cannot accept a client: {}", error.message());
  accept_again_.expires_after(kAcceptAgain);
  accept_again_.async_wait([again](const error_code& cancelled) {
    if (!cancelled) again();
  });
}

void ControlServer::Impl::AcceptLocal() {
  local_.async_accept([this](const error_code& error, Local::socket socket) {
    if (error) return AcceptLater(error, [this] { AcceptLocal(); });
    Peer peer = LocalPeer(socket);
    Welcome(std::move(socket), std::move(peer), [](auto&, auto done) { done(error_code()); });
    AcceptLocal();
  });
}

void ControlServer::Impl::AcceptTcp() {
  tcp_.async_accept([this](const error_code& error, tcp::socket socket) {
    if (error) return AcceptLater(error, [this] { AcceptTcp(); });
    Peer peer = WelcomePeer(socket, AccessWithoutToken());
    if (tls_) {
      const TlsContext context = tls_->context();
      Welcome(TlsStream(std::move(socket), *context), std::move(peer),
              [context](auto& transport, auto done) {
                transport.stream().async_handshake(
                    asio::ssl::stream_base::server,
                    [context, done = std::move(done)](const error_code& failed) { done(failed); });
              });
    } else {
      Welcome(std::move(socket), std::move(peer), [](auto&, auto done) { done(error_code()); });
    }
    AcceptTcp();
  });
}

template <class Stream, class Prepare>
void ControlServer::Impl::Welcome(Stream stream, Peer peer, Prepare prepare) {
  const bool too_many = client_count_ >= options_.most_clients;
  const uint64_t id = ++last_id_;
  ++client_count_;
  auto connection = std::make_shared<Connection<SocketTransport<Stream>>>(
      context_, SocketTransport<Stream>(std::move(stream)), std::move(peer), id);
  connections_.emplace(id, connection);
  connection->Start(std::move(prepare));
  if (!too_many) return;
  if (!std::exchange(full_, true)) {
    log::Warning("control: {} clients are connected; more are turned away", options_.most_clients);
  }
  connection->Close({Code::kResourceExhausted, "TOO_MANY_CLIENTS",
                     Format("{} clients are connected already", options_.most_clients)});
}

void ControlServer::Impl::Forget(uint64_t id) {
  connections_.erase(id);
  --client_count_;
  if (client_count_ < options_.most_clients) full_ = false;
  if (stopping_ && client_count_ == 0) io_.stop();
}

Peer ControlServer::Impl::LocalPeer(Local::socket& socket) const {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  std::string name = "a local user";
  if (getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0) {
    name = Format("uid {}", credentials.uid);
  }
  return {name, name, options_.socket_access};
}

control::Access ControlServer::Impl::AccessWithoutToken() const {
  return options_.tokens_path.empty() ? control::VIEW : control::NONE;
}

Status ControlServer::Impl::ReadTokens() {
  if (options_.tokens_path.empty()) return {};
  HYPNOS_ASSIGN_OR_RETURN(std::string text, files_.ReadFile(options_.tokens_path));
  if (!tokens_text_.empty() && text == tokens_text_) return {};
  HYPNOS_ASSIGN_OR_RETURN(Tokens tokens, Tokens::Parse(text, options_.tokens_path));
  gate_.SetTokens(std::move(tokens));
  tokens_text_ = std::move(text);
  return {};
}

void ControlServer::Impl::ReloadSoon() {
  if (options_.tokens_path.empty() && !tls_) return;
  reload_.expires_after(options_.reload_every);
  reload_.async_wait([this](const error_code& cancelled) {
    if (cancelled) return;
    Reload();
    ReloadSoon();
  });
}

// A complaint is logged once, not every time the same thing is found.
void ControlServer::Impl::Reload() {
  std::optional<std::string> complaint;
  if (const Status read = ReadTokens(); !read.ok()) complaint = read.error().message;
  if (tls_) {
    const auto read = tls_->Read();
    if (!read.ok()) {
      complaint = read.error().message;
    } else if (*read) {
      log::Info("control: certificates read again");
    }
  }
  if (complaint && complaint != reload_complaint_) {
    log::Warning("control: {}; what was read before stays in effect", *complaint);
  }
  reload_complaint_ = complaint;
}

Result<std::shared_ptr<const control::Update>> ControlServer::Impl::Sample(const Subject& subject) {
  const Instant now = clock_.Now();
  // Those of sources that are gone, too.
  std::erase_if(samples_, [&](const auto& entry) { return now - entry.second.at >= kSampleAge; });
  if (const auto found = samples_.find(subject); found != samples_.end()) {
    return found->second.update;
  }
  auto update = std::make_shared<control::Update>();
  if (subject.source.empty()) {
    *update = service_.Sample(subject.topics);
  } else {
    HYPNOS_ASSIGN_OR_RETURN(*update, service_.SampleOf(subject.source, subject.topics));
  }
  update->set_time(Seconds(clock_.WallNow().time_since_epoch()));
  return (samples_[subject] = {now, std::move(update)}).update;
}

Result<std::unique_ptr<ControlServer>> ControlServer::Start(const ControlServerOptions& options,
                                                            FileSystem& files, const Clock& clock,
                                                            ControlService& service) {
  auto impl = std::make_unique<Impl>(options, files, clock, service);
  HYPNOS_RETURN_IF_ERROR(impl->Start());
  return std::unique_ptr<ControlServer>(new ControlServer(std::move(impl)));
}

ControlServer::ControlServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ControlServer::~ControlServer() = default;

void ControlServer::Stop() { impl_->Stop(); }
uint16_t ControlServer::tcp_port() const { return impl_->tcp_port(); }
size_t ControlServer::clients() const { return impl_->clients(); }
ControlHub ControlServer::hub() const { return impl_->hub(); }

}  // namespace hypnos

#include "hypnos/web/server.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <map>
#include <set>
#include <utility>

#include "hypnos/base/format.h"
#include "hypnos/base/log.h"
#include "hypnos/control/connection.h"
#include "hypnos/control/listening.h"
#include "hypnos/control/tls.h"
#include "web/http_connection.h"

namespace hypnos {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto kFarewell = std::chrono::seconds(1);
// After an accept that failed for want of descriptors.
constexpr auto kAcceptAgain = std::chrono::milliseconds(100);

ListenAddress WhereOf(const WebServerOptions& options) {
  return {"web", options.address, options.port};
}

Status CheckHosts(const std::vector<std::string>& hosts) {
  for (const std::string& host : hosts) {
    if (IsHostName(host)) continue;
    return Error{Code::kInvalidArgument, "NOT_A_HOST",
                 Format("web.hosts: '{}' is no name of a machine, such as hypnos.example: give it "
                        "without http:// and without a port",
                        host)};
  }
  return {};
}

}  // namespace

Status CheckWebServerOptions(const WebServerOptions& options) {
  HYPNOS_RETURN_IF_ERROR(CheckHosts(options.hosts));
  return CheckMayListen(WhereOf(options), options.tls.has_value(), options.tokens);
}

class WebServer::Impl {
 public:
  Impl(WebServerOptions options, WebContent content, ControlServer& control, FileSystem& files)
      : options_(std::move(options)),
        content_(std::move(content)),
        hosts_(options_.hosts),
        files_(files),
        hub_(control.hub()),
        connection_context_{hub_.context.shared,
                            hub_.context.clock,
                            hub_.context.service,
                            hub_.context.io,
                            hub_.context.mailbox,
                            [this](uint64_t id) { Forget(id); },
                            [this](uint64_t id) { waiting_.erase(id); }},
        context_{connection_context_,
                 hosts_,
                 content_,
                 options_,
                 [this](uint64_t id, bool waits) {
                   if (waits) waiting_[id] = ++waits_;
                   if (!waits) waiting_.erase(id);
                 },
                 [this](uint64_t id, const std::shared_ptr<AnyConnection>& now) {
                   connections_[id] = now;
                   // Until it is let in it keeps nobody out either.
                   waiting_[id] = ++waits_;
                   controlling_.insert(id);
                   clients_ = controlling_.size();
                 }},
        acceptor_(hub_.context.io),
        accept_again_(hub_.context.io),
        reload_(hub_.context.io),
        farewell_(hub_.context.io) {}

  ~Impl() { Stop(); }

  Status Start();
  void Stop();
  uint16_t port() const { return port_; }
  size_t clients() const { return clients_; }

 private:
  void Accept();
  bool MakeRoom();
  void Welcome(tcp::socket socket);
  template <class Stream>
  void Begin(Stream stream, Peer peer);
  void Forget(uint64_t id);
  void ReloadSoon();
  void Reload();
  void CloseAll();
  void AbortAll();
  void EndIfEmpty();
  std::vector<std::shared_ptr<AnyConnection>> Open() const;

  const WebServerOptions options_;
  const WebContent content_;
  const HostNames hosts_;
  FileSystem& files_;
  const ControlHub hub_;
  const ConnectionContext connection_context_;
  const WebContext context_;
  std::optional<TlsFiles> tls_;
  std::optional<std::string> reload_complaint_;
  tcp::acceptor acceptor_;
  asio::steady_timer accept_again_, reload_, farewell_;
  std::map<uint64_t, std::weak_ptr<AnyConnection>> connections_;
  // Of these, those that have not asked yet, or were not let in; and when that began, in order.
  std::map<uint64_t, uint64_t> waiting_;
  uint64_t waits_ = 0;
  std::set<uint64_t> controlling_;  // of these, those that speak the control protocol
  std::atomic<size_t> clients_ = 0;
  uint64_t last_id_ = 0;
  uint16_t port_ = 0;
  bool started_ = false;
  bool full_ = false;  // and it was said
  bool stopping_ = false;
  std::promise<void> ended_;
};

Status WebServer::Impl::Start() {
  HYPNOS_RETURN_IF_ERROR(CheckWebServerOptions(options_));
  if (options_.tls) {
    tls_.emplace(*options_.tls, files_);
    const auto read = tls_->Read();
    if (!read.ok()) return read.error();
  }
  HYPNOS_RETURN_IF_ERROR(ListenOn(WhereOf(options_), &acceptor_));
  port_ = acceptor_.local_endpoint().port();
  started_ = true;
  asio::post(hub_.context.io, [this] {
    Accept();
    ReloadSoon();
  });
  return {};
}

void WebServer::Impl::Accept() {
  acceptor_.async_accept([this](const error_code& error, tcp::socket socket) {
    if (stopping_ || error == asio::error::operation_aborted) return;
    if (!error) {
      Welcome(std::move(socket));
      return Accept();
    }
    log::Warning("web: cannot accept a client: {}", error.message());
    accept_again_.expires_after(kAcceptAgain);
    accept_again_.async_wait([this](const error_code& cancelled) {
      if (!cancelled) Accept();
    });
  });
}

// Where there are too many, who has been silent for longest makes room: connections that only lie
// there keep nobody out.
bool WebServer::Impl::MakeRoom() {
  if (connections_.size() < options_.most_connections) return true;
  if (waiting_.empty()) return false;
  const auto longest =
      std::ranges::min_element(waiting_, {}, [](const auto& waiting) { return waiting.second; });
  if (const auto silent = connections_.at(longest->first).lock()) silent->Abort();
  return true;
}

void WebServer::Impl::Welcome(tcp::socket socket) {
  if (!MakeRoom()) {
    if (!std::exchange(full_, true)) {
      log::Warning("web: {} connections are open; more are turned away", options_.most_connections);
    }
    return;
  }
  Peer peer = WelcomePeer(socket, hub_.without_token);
  PlainStream stream(std::move(socket));
  if (tls_) {
    Begin(TlsStream(std::move(stream), *tls_->context()), std::move(peer));
  } else {
    Begin(std::move(stream), std::move(peer));
  }
}

template <class Stream>
void WebServer::Impl::Begin(Stream stream, Peer peer) {
  const uint64_t id = ++last_id_;
  const auto connection =
      std::make_shared<HttpConnection<Stream>>(context_, std::move(stream), std::move(peer), id);
  connections_.emplace(id, connection);
  connection->Start();
}

void WebServer::Impl::Forget(uint64_t id) {
  connections_.erase(id);
  waiting_.erase(id);
  controlling_.erase(id);
  clients_ = controlling_.size();
  if (connections_.size() < options_.most_connections) full_ = false;
  EndIfEmpty();
}

void WebServer::Impl::ReloadSoon() {
  if (!tls_) return;
  reload_.expires_after(options_.reload_every);
  reload_.async_wait([this](const error_code& cancelled) {
    if (cancelled) return;
    Reload();
    ReloadSoon();
  });
}

// A complaint is logged once, not every time the same thing is found.
void WebServer::Impl::Reload() {
  const auto read = tls_->Read();
  std::optional<std::string> complaint;
  if (!read.ok()) complaint = read.error().message;
  if (complaint && complaint != reload_complaint_) {
    log::Warning("web: {}; what was read before stays in effect", *complaint);
  }
  if (read.ok() && *read) log::Info("web: certificates read again");
  reload_complaint_ = complaint;
}

void WebServer::Impl::Stop() {
  if (!std::exchange(started_, false)) return;
  // Once round first: answers that were given on the server's own thread wait behind this.
  asio::io_context& io = hub_.context.io;
  asio::post(io, [this, &io] { asio::post(io, [this] { CloseAll(); }); });
  ended_.get_future().wait();
}

void WebServer::Impl::CloseAll() {
  stopping_ = true;
  error_code ignored;
  acceptor_.close(ignored);
  accept_again_.cancel(ignored);
  reload_.cancel(ignored);
  for (const auto& connection : Open()) {
    connection->Close({Code::kUnavailable, "STOPPING", "the daemon has ended"});
  }
  farewell_.expires_after(kFarewell);
  farewell_.async_wait([this](const error_code&) {
    AbortAll();
    // Behind the handlers of what was just ended, which still know of this.
    asio::post(hub_.context.io, [this] { ended_.set_value(); });
  });
  EndIfEmpty();
}

std::vector<std::shared_ptr<AnyConnection>> WebServer::Impl::Open() const {
  std::vector<std::shared_ptr<AnyConnection>> open;
  for (const auto& [id, weak] : connections_) {
    if (auto connection = weak.lock()) open.push_back(std::move(connection));
  }
  return open;
}

void WebServer::Impl::AbortAll() {
  for (const auto& connection : Open()) connection->Abort();
}

void WebServer::Impl::EndIfEmpty() {
  if (!stopping_ || !connections_.empty()) return;
  error_code ignored;
  farewell_.cancel(ignored);
}

Result<std::unique_ptr<WebServer>> WebServer::Start(const WebServerOptions& options,
                                                    WebContent content, ControlServer& control,
                                                    FileSystem& files) {
  auto impl = std::make_unique<Impl>(options, std::move(content), control, files);
  HYPNOS_RETURN_IF_ERROR(impl->Start());
  return std::unique_ptr<WebServer>(new WebServer(std::move(impl)));
}

WebServer::WebServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
WebServer::~WebServer() = default;

void WebServer::Stop() { impl_->Stop(); }
uint16_t WebServer::port() const { return impl_->port(); }
size_t WebServer::clients() const { return impl_->clients(); }

}  // namespace hypnos

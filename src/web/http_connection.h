// One client of HTTP: reads a request, has it answered, reads the next one; or becomes a Connection
// of the control protocol. What it waits for keeps it alive, and every wait has an end.
// Threads: the server's only.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "hypnos/base/log.h"
#include "hypnos/control/connection.h"
#include "hypnos/web/server.h"
#include "web/answer.h"
#include "web/beast.h"
#include "web/history_query.h"
#include "web/route.h"
#include "web/seen.h"
#include "web/web_socket_transport.h"

namespace hypnos {

// What all connections share.
struct WebContext {
  const ConnectionContext& control;
  const HostNames& hosts;
  const WebContent& content;
  const WebServerOptions& options;
  // Called when a connection begins or ceases to wait for what its client has to send.
  std::function<void(uint64_t id, bool waits)> waits;
  // Called when a connection goes on as another one, of the same number.
  std::function<void(uint64_t id, const std::shared_ptr<AnyConnection>& now)> upgraded;
};

template <class Stream>
class HttpConnection final : public AnyConnection,
                             public std::enable_shared_from_this<HttpConnection<Stream>> {
 public:
  HttpConnection(const WebContext& context, Stream stream, Peer peer, uint64_t id)
      : context_(context), stream_(std::move(stream)), peer_(std::move(peer)), id_(id) {}

  void Start() {
    context_.waits(id_, true);
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      Expire(context_.options.request_within);
      stream_.async_handshake(boost::asio::ssl::stream_base::server,
                              [self = this->shared_from_this()](boost::system::error_code error) {
                                if (error) return self->Abort();
                                self->Read();
                              });
    } else {
      Read();
    }
  }

  // An answer under way is still given.
  void Close(const Error&) override {
    closing_ = true;
    if (!answering_) Abort();
  }

  void Abort() override {
    if (std::exchange(over_, true)) return;
    const auto keep = std::move(keep_);
    if (call_) call_->Cancel();
    boost::beast::get_lowest_layer(stream_).close();
    context_.control.closed(id_);
  }

 private:
  void Expire(Duration after) { boost::beast::get_lowest_layer(stream_).expires_after(after); }

  void Read() {
    if (over_) return;
    answering_ = false;
    context_.waits(id_, true);
    parser_.emplace();
    parser_->header_limit(kMostHeadBytes);
    Expire(context_.options.request_within);
    boost::beast::http::async_read_header(
        stream_, input_, *parser_,
        [self = this->shared_from_this()](boost::system::error_code error, size_t) {
          self->OnHead(error);
        });
  }

  void OnHead(boost::system::error_code error) {
    namespace http = boost::beast::http;
    if (over_) return;
    answering_ = true;
    context_.waits(id_, false);
    if (error == http::error::header_limit || error == http::error::buffer_overflow) {
      return AnswerLast(TextAnswer(431, "the request's head is too large\n"));
    }
    const bool is_nonsense =
        error && error != http::error::end_of_stream && error != http::error::partial_message &&
        error.category() == make_error_code(http::error::bad_method).category();
    if (is_nonsense) return AnswerLast(TextAnswer(400, "this is no request of HTTP/1.1\n"));
    if (error) return Abort();
    if (!parser_->is_done()) {
      return AnswerLast(TextAnswer(413, "a request here has no body\n"));
    }
    Answer();
  }

  void Answer() {
    const Route route = RouteOf(Seen(parser_->get()), context_.hosts);
    switch (route.kind) {
      case Route::Kind::kAsset:
        return Send(AssetAnswer(*route.asset, Header(boost::beast::http::field::if_none_match)));
      case Route::Kind::kLive:
        return SendHealth(context_.content.live());
      case Route::Kind::kReady:
        return SendHealth(context_.content.ready());
      case Route::Kind::kMetrics:
        if (MayLook()) Send(MetricsAnswer(context_.content.metrics()));
        return;
      case Route::Kind::kStatus:
        if (MayLook()) AskStatus();
        return;
      case Route::Kind::kHistory:
        if (MayLook()) AskHistory();
        return;
      case Route::Kind::kPicture:
        if (MayLook()) AskPicture(route.event);
        return;
      case Route::Kind::kControl:
        return Upgrade();
      case Route::Kind::kRefused:
        return Send(TextAnswer(route.status, route.why));
    }
  }

  std::string_view Header(boost::beast::http::field name) const {
    return OnlyField(parser_->get(), name);
  }

  void SendHealth(bool good) { Send(TextAnswer(good ? 200 : 503, good ? "ok\n" : "no\n")); }

  // False: it may not, and is told so.
  bool MayLook() {
    const auto token = BearerToken(Header(boost::beast::http::field::authorization));
    const auto admitted =
        context_.control.shared.gate.Admit(token, peer_, context_.control.clock.Now());
    if (!admitted.ok()) {
      // Those that guess are slowed down; of others there may be any number.
      const std::string what = peer_.name + ": " + admitted.error().message;
      if (admitted.error().reason == "TOKEN_WRONG") {
        log::Warning("web: {}", what);
      } else {
        log::Debug("web: {}", what);
      }
      Send(ErrorAnswer(admitted.error()));
      return false;
    }
    return true;
  }

  void AskStatus() {
    control::Request request;
    request.mutable_status();
    Ask(request, [](const control::Response& response) { return StatusAnswer(response.status()); });
  }

  void AskHistory() {
    const auto target = parser_->get().target();
    auto query = HistoryRequestOf({target.data(), target.size()});
    if (!query.ok()) return Send(ErrorAnswer(query.error()));
    control::Request request;
    *request.mutable_query_history() = *std::move(query);
    Ask(request,
        [](const control::Response& response) { return HistoryAnswer(response.query_history()); });
  }

  void AskPicture(uint64_t event) {
    control::Request request;
    request.mutable_event_picture()->set_id(event);
    Ask(request,
        [](const control::Response& response) { return PictureAnswer(response.event_picture()); });
  }

  void Ask(const control::Request& request, HttpResponse (*answer_of)(const control::Response&)) {
    call_ = std::make_shared<CallState>();
    context_.control.service.Handle(
        request, call_,
        [weak = this->weak_from_this(), answer_of,
         mailbox = context_.control.mailbox](Result<control::Response> result) {
          // Written here: it may be large, and on the server's thread everybody would wait for it.
          HttpResponse response = result.ok() ? answer_of(*result) : ErrorAnswer(result.error());
          mailbox->Post([weak, response = std::move(response)]() mutable {
            const auto self = weak.lock();
            if (!self || self->over_) return;
            self->call_.reset();
            self->Send(std::move(response));
          });
        });
    keep_ = this->shared_from_this();
  }

  // What came behind the request is no answer to our answer, and so no WebSocket.
  void Upgrade() {
    if (input_.size() > 0) return AnswerLast(TextAnswer(400, "wait for the answer\n"));
    boost::beast::get_lowest_layer(stream_).expires_never();
    auto next = std::make_shared<Connection<WebSocketTransport<Stream>>>(
        context_.control, WebSocketTransport<Stream>(std::move(stream_)), std::move(peer_), id_);
    over_ = true;
    context_.upgraded(id_, next);
    next->Start([request = parser_->release()](auto& transport, auto done) {
      transport.Accept(request, std::move(done));
    });
  }

  void AnswerLast(HttpResponse answer) {
    closing_ = true;
    Send(std::move(answer));
  }

  void Send(HttpResponse answer) {
    keep_.reset();
    const HttpRequest& request = parser_->get();
    const bool keeps_alive = !closing_ && request.keep_alive();
    answer_ = std::move(answer);
    answer_.version(11);
    answer_.keep_alive(keeps_alive);
    answer_.prepare_payload();
    // The length stays that of what GET is answered by.
    if (request.method() == boost::beast::http::verb::head) answer_.body().clear();
    Expire(context_.options.answer_within);
    boost::beast::http::async_write(
        stream_, answer_,
        [self = this->shared_from_this(), keeps_alive](boost::system::error_code error, size_t) {
          if (error) return self->Abort();
          keeps_alive && !self->closing_ ? self->Read() : self->Finish();
        });
  }

  // If it closed while input waits, the system would throw the answer away.
  void Finish() {
    boost::system::error_code ignored;
    boost::beast::get_lowest_layer(stream_).socket().shutdown(
        boost::asio::socket_base::shutdown_send, ignored);
    Expire(kLinger);
    Discard();
  }

  void Discard() {
    if (over_) return;
    boost::beast::get_lowest_layer(stream_).async_read_some(
        boost::asio::buffer(discarded_),
        [self = this->shared_from_this()](boost::system::error_code error, size_t) {
          error ? self->Abort() : self->Discard();
        });
  }

  static constexpr Duration kLinger = std::chrono::milliseconds(500);

  const WebContext& context_;
  Stream stream_;
  Peer peer_;
  uint64_t id_;
  boost::beast::flat_buffer input_{2 * kMostHeadBytes};
  std::optional<HttpRequestParser> parser_;
  HttpResponse answer_;
  std::shared_ptr<CallState> call_;
  // Itself, while it waits for the service: nothing else would.
  std::shared_ptr<AnyConnection> keep_;
  std::array<char, 1024> discarded_;
  bool answering_ = false, closing_ = false, over_ = false;
};

}  // namespace hypnos

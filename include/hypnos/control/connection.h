// Carries bytes between a transport and a session; decides nothing. Each is kept alive by what it
// waits for, and is gone when it waits for nothing any more.
//
// A Transport, such as SocketTransport, is movable and has
//   AsyncRead(mutable_buffer, void(error_code, size_t))   some bytes; eof: the other end sends no
//                                                         more and may still listen
//   AsyncWrite(const_buffer, void(error_code, size_t))    all of them
//   FinishSending()   no more is sent; called while nothing is being written
//   Close()           at once
// Threads: the server's only.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "hypnos/base/clock.h"
#include "hypnos/base/log.h"
#include "hypnos/control/asio.h"
#include "hypnos/control/session.h"

namespace hypnos {

// The way back to the server's thread, for replies that may come when the server is gone.
// Threads: safe.
class Mailbox {
 public:
  explicit Mailbox(boost::asio::io_context& io) : io_(&io) {}

  template <class F>
  void Post(F f) {
    const std::lock_guard lock(mutex_);
    if (io_ != nullptr) boost::asio::post(*io_, std::move(f));
  }
  void Close() {
    const std::lock_guard lock(mutex_);
    io_ = nullptr;
  }

 private:
  std::mutex mutex_;
  boost::asio::io_context* io_;
};

// What all connections share.
struct ConnectionContext {
  const ControlSession::Shared& shared;
  const Clock& clock;
  ControlService& service;
  boost::asio::io_context& io;
  std::shared_ptr<Mailbox> mailbox;
  // Called when the connection is over.
  std::function<void(uint64_t id)> closed;
  // Called when its client was let in.
  std::function<void(uint64_t id)> opened = [](uint64_t) {};
};

// What another way in shares with the control server: its thread, the service, who is let in by
// which token, how often somebody may guess, and updates that were made for other clients.
struct ControlHub {
  // `closed` is of the control server's own connections: others bring theirs.
  ConnectionContext context;
  // What may be done over TCP without a token.
  control::Access without_token = control::NONE;
};

class AnyConnection {
 public:
  virtual ~AnyConnection() = default;
  // Owed answers are written, then it closes.
  virtual void Close(const Error& why) = 0;
  // At once.
  virtual void Abort() = 0;
};

template <class Transport>
class Connection final : public AnyConnection,
                         public std::enable_shared_from_this<Connection<Transport>> {
 public:
  Connection(const ConnectionContext& context, Transport transport, Peer peer, uint64_t id)
      : context_(context),
        transport_(std::move(transport)),
        peer_name_(peer.name),
        id_(id),
        session_(
            std::make_unique<ControlSession>(context.shared, std::move(peer), context.clock.Now())),
        timer_(context.io) {}

  // `prepare(transport, done)` calls done(error_code) when the transport may be used.
  template <class Prepare>
  void Start(Prepare prepare) {
    Rearm();
    prepare(transport_, [self = this->shared_from_this()](boost::system::error_code error) {
      if (self->over_) return;
      if (error) {
        log::Warning("control: {}: no handshake: {}", self->peer_name_, error.message());
        return self->Abort();
      }
      self->ready_ = true;
      self->Pump();
    });
  }

  void Close(const Error& why) override {
    if (over_) return;
    session_->Close(why);
    Pump();
  }

  void Abort() override {
    if (std::exchange(over_, true)) return;
    boost::system::error_code ignored;
    timer_.cancel(ignored);
    transport_.Close();
    session_.reset();
    // Some of what was waited for held nothing that keeps this alive, such as the end of TLS or of
    // a WebSocket: its handlers are called before this one.
    boost::asio::post(context_.io, [self = this->shared_from_this()] {});
    context_.closed(id_);
  }

 private:
  // Does whatever the session wants done now.
  void Pump() {
    if (over_) return;
    Complain();
    for (auto& call : session_->TakeCalls()) Hand(call);
    // Who never ends the handshake could not be told why it is left either.
    if (!ready_) return session_->closing() ? Abort() : Rearm();
    if (session_->open() && !std::exchange(opened_, true)) context_.opened(id_);
    Write();
    if (over_) return;
    Read();
    Rearm();
  }

  void Complain() {
    if (const auto complaint = session_->TakeComplaint()) {
      log::Warning("control: {}: {}", session_->who(), *complaint);
    }
  }

  void Hand(ControlSession::Call& call) {
    context_.service.Handle(call.request, call.state,
                            [weak = this->weak_from_this(), number = call.number,
                             mailbox = context_.mailbox](Result<control::Response> result) {
                              mailbox->Post([weak, number, result = std::move(result)]() mutable {
                                const auto self = weak.lock();
                                if (!self || self->over_) return;
                                self->session_->Answer(number, std::move(result));
                                self->Pump();
                              });
                            });
  }

  void Write() {
    if (writing_) return;
    output_ = session_->NextOutput();
    if (output_.empty()) {
      if (session_->finished()) Finish();
      return;
    }
    writing_ = true;
    transport_.AsyncWrite(
        boost::asio::buffer(output_),
        [self = this->shared_from_this()](boost::system::error_code error, size_t) {
          self->writing_ = false;
          if (error) return self->Abort();
          self->Pump();
        });
  }

  void Read() {
    if (reading_ || !(finishing_ || session_->wants_input())) return;
    reading_ = true;
    transport_.AsyncRead(
        boost::asio::buffer(input_),
        [self = this->shared_from_this()](boost::system::error_code error, size_t size) {
          self->reading_ = false;
          self->OnRead(error, size);
        });
  }

  void OnRead(boost::system::error_code error, size_t size) {
    if (over_) return;
    session_->Receive({input_.data(), size}, context_.clock.Now());
    // The other end may have stopped sending and still listen.
    if (error == boost::asio::error::eof && !finishing_) {
      session_->ReceiveEnd();
    } else if (error) {
      return Abort();
    }
    Pump();
  }

  // What was written last may be the reason for the end: if it closed while input waits, the system
  // would throw that away. So no more is sent, and what comes is ignored for a moment.
  void Finish() {
    if (finishing_) return;
    finishing_ = true;
    transport_.FinishSending();
    linger_until_ = context_.clock.Now() + kLinger;
  }

  // One timer, for the next thing that time brings.
  void Rearm() {
    if (over_) return;
    auto wake = finishing_ ? linger_until_ : session_->next_wake();
    if (wake == armed_) return;
    armed_ = wake;
    if (!wake) {
      boost::system::error_code ignored;
      timer_.cancel(ignored);
      return;
    }
    timer_.expires_after(std::max(Duration::zero(), *wake - context_.clock.Now()));
    timer_.async_wait([self = this->shared_from_this()](boost::system::error_code error) {
      if (error || self->over_) return;
      self->armed_.reset();
      if (self->finishing_) return self->Abort();
      self->session_->OnTime(self->context_.clock.Now());
      self->Pump();
    });
  }

  static constexpr Duration kLinger = std::chrono::milliseconds(500);

  const ConnectionContext& context_;
  Transport transport_;
  std::string peer_name_;
  uint64_t id_;
  std::unique_ptr<ControlSession> session_;
  boost::asio::steady_timer timer_;
  std::optional<Instant> armed_;
  std::optional<Instant> linger_until_;
  std::array<char, 4096> input_;
  std::string output_;
  bool ready_ = false, reading_ = false, writing_ = false, finishing_ = false, over_ = false;
  bool opened_ = false;  // and that was told
};

}  // namespace hypnos

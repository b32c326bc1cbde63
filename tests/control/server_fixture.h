// A server with a service that answers at once, and sockets that send it whatever a test likes.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "hypnos/base/check.h"
#include "hypnos/base/clock.h"
#include "hypnos/control/client.h"
#include "hypnos/control/framing.h"
#include "hypnos/control/server.h"
#include "support/temp_dir.h"

namespace hypnos {

// Long for whatever happens at once, so that a slow machine fails no test.
inline constexpr Duration kPatience = std::chrono::seconds(60);

class TestService final : public ControlService {
 public:
  void Handle(const control::Request& request, const std::shared_ptr<CallState>& call,
              Reply reply) override {
    ++handled;
    if (request.has_wake()) {  // is never answered, or by the test
      const std::lock_guard lock(mutex);
      held.emplace_back(call, std::move(reply));
      changed.notify_all();
      return;
    }
    if (request.has_shutdown()) return reply(Error{Code::kUnavailable, "STOPPING", "it stops"});
    control::Response response;
    const auto* field = response.GetDescriptor()->FindFieldByNumber(request.kind_case());
    response.GetReflection()->MutableMessage(&response, field);
    reply(std::move(response));
  }
  Status CheckTopic(control::Topic) override { return {}; }
  control::Update Sample(const TopicSet&) override {
    control::Update update;
    update.mutable_phase()->set_step(++sampled);
    if (padding_bytes > 0) update.add_sources()->set_description(std::string(padding_bytes, 'x'));
    return update;
  }

  Result<control::Update> SampleOf(const std::string& source, const TopicSet& topics) override {
    if (source != "door") return Error{Code::kNotFound, "SOURCE_NOT_FOUND", "no such source"};
    control::Update update = Sample(topics);
    update.add_sources()->set_name(source);
    return update;
  }

  // Waits until a wake has come that was not answered.
  std::pair<std::shared_ptr<CallState>, Reply> TakeHeld() {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return !held.empty(); });
    auto taken = std::move(held.back());
    held.pop_back();
    return taken;
  }

  size_t padding_bytes = 0;  // of updates
  std::atomic<uint64_t> handled = 0, sampled = 0;
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::pair<std::shared_ptr<CallState>, Reply>> held;
};

// A socket that knows nothing of the protocol.
class RawSocket {
 public:
  static RawSocket Unix(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    return RawSocket(AF_UNIX, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
  static RawSocket Tcp(uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return RawSocket(AF_INET, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
  RawSocket(RawSocket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  RawSocket& operator=(RawSocket&&) = delete;
  ~RawSocket() {
    if (fd_ >= 0) close(fd_);
  }

  // False: the other end has closed.
  bool Send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
  }
  bool Send(const control::Envelope& envelope) const {
    return Send(Framed(envelope.SerializeAsString()));
  }
  void EndSending() const { shutdown(fd_, SHUT_WR); }

  // Some bytes; none: the other end has closed.
  std::string Receive() const {
    pollfd wait{fd_, POLLIN, 0};
    HYPNOS_CHECK(poll(&wait, 1, 60000) == 1);
    char bytes[4096];
    const ssize_t size = recv(fd_, bytes, sizeof bytes, 0);
    return size <= 0 ? std::string() : std::string(bytes, static_cast<size_t>(size));
  }

  // The next envelope; one without a body where the connection has ended.
  control::Envelope Read() {
    while (true) {
      auto message = reader_.Next();
      HYPNOS_CHECK(message.ok());
      if (*message) {
        control::Envelope envelope;
        HYPNOS_CHECK(envelope.ParseFromString(**message));
        return envelope;
      }
      const std::string bytes = Receive();
      if (bytes.empty()) return {};
      reader_.Append(bytes);
    }
  }

  // Reads to the end: the reason of the last error, or "" where there was none.
  std::string ReadToEnd() {
    std::string reason;
    while (true) {
      const control::Envelope envelope = Read();
      if (envelope.body_case() == control::Envelope::BODY_NOT_SET) return reason;
      if (envelope.has_error()) reason = envelope.error().reason();
    }
  }

 private:
  RawSocket(int family, const sockaddr* address, socklen_t size)
      : fd_(socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    HYPNOS_CHECK(connect(fd_, address, size) == 0);
  }

  int fd_;
  MessageReader reader_{1 << 30};
};

inline control::Envelope HelloEnvelope(const std::string& token = "") {
  control::Envelope envelope;
  envelope.set_version(1);
  envelope.set_request_id(1);
  envelope.mutable_hello()->set_oldest_version(1);
  envelope.mutable_hello()->set_newest_version(1);
  envelope.mutable_hello()->set_token(token);
  return envelope;
}

inline control::Envelope RequestEnvelope(uint64_t id, const control::Request& request) {
  control::Envelope envelope;
  envelope.set_version(1);
  envelope.set_request_id(id);
  *envelope.mutable_request() = request;
  return envelope;
}

}  // namespace hypnos

// A web server on loopback with a service that answers at once, and a client that sends it whatever
// a test likes: requests as text, frames of WebSocket as bytes.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "control/server_fixture.h"
#include "hypnos/base/format.h"
#include "hypnos/control/tokens.h"
#include "hypnos/web/server.h"
#include "support/memory_file_system.h"

namespace hypnos {

struct HttpAnswer {
  unsigned status = 0;  // 0: none came
  std::map<std::string, std::string> headers;
  std::string body;
  std::string whole;
};

// What there is of an answer in `text`; a body as long as it says, or, without `has_body`, none.
inline std::optional<HttpAnswer> ParseAnswer(const std::string& text, bool has_body = true) {
  const size_t end = text.find("\r\n\r\n");
  if (end == std::string::npos) return std::nullopt;
  HttpAnswer answer;
  answer.status = static_cast<unsigned>(std::stoul(text.substr(text.find(' ') + 1, 3)));
  for (size_t at = text.find("\r\n") + 2; at < end + 2;) {
    const size_t line_end = text.find("\r\n", at);
    const size_t colon = text.find(": ", at);
    answer.headers[text.substr(at, colon - at)] = text.substr(colon + 2, line_end - colon - 2);
    at = line_end + 2;
  }
  const auto length = answer.headers.find("Content-Length");
  const size_t bytes =
      has_body && length != answer.headers.end() ? std::stoul(length->second) : size_t{0};
  if (text.size() < end + 4 + bytes) return std::nullopt;
  answer.body = text.substr(end + 4, bytes);
  answer.whole = text;
  return answer;
}

class WebClient {
 public:
  explicit WebClient(uint16_t port) : port_(port), socket_(RawSocket::Tcp(port)) {}

  const RawSocket& socket() const { return socket_; }

  // Lines of further headers end in \r\n.
  std::string Request(const std::string& target, const std::string& headers = "",
                      const std::string& method = "GET") const {
    return Format("{} {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n{}\r\n", method, target, port_, headers);
  }
  HttpAnswer Get(const std::string& target, const std::string& headers = "") {
    return Ask(Request(target, headers));
  }
  // Status 0: the server has closed without one.
  HttpAnswer Ask(const std::string& bytes, bool has_body = true) {
    socket_.Send(bytes);
    std::string text;
    while (true) {
      if (auto answer = ParseAnswer(text, has_body)) return *answer;
      const std::string more = socket_.Receive();
      if (more.empty()) return {};
      text += more;
    }
  }

  std::string UpgradeRequest(const std::string& origin) const {
    return Request("/control", Format("Connection: Upgrade\r\nUpgrade: websocket\r\n"
                                      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
                                      "dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: "
                                      "hypnos.control.v1\r\nOrigin: {}\r\n",
                                      origin));
  }
  HttpAnswer Upgrade() { return Ask(UpgradeRequest(Format("http://127.0.0.1:{}", port_)), false); }

  // A frame of up to 65535 bytes; `first`: FIN, reserved bits and the opcode.
  static std::string Frame(uint8_t first, const std::string& payload, bool masked = true) {
    std::string frame(1, static_cast<char>(first));
    const auto mask_bit = static_cast<uint8_t>(masked ? 0x80 : 0);
    if (payload.size() < 126) {
      frame += static_cast<char>(mask_bit | payload.size());
    } else {
      frame += static_cast<char>(mask_bit | 126);
      frame += static_cast<char>(payload.size() >> 8);
      frame += static_cast<char>(payload.size() & 0xff);
    }
    if (!masked) return frame + payload;
    const std::string key = "\x11\x22\x33\x44";
    frame += key;
    for (size_t i = 0; i < payload.size(); ++i) {
      frame += static_cast<char>(payload[i] ^ key[i % 4]);
    }
    return frame;
  }
  static constexpr uint8_t kText = 0x81, kBinary = 0x82, kClose = 0x88, kPing = 0x89, kPong = 0x8a;

  struct Received {
    uint8_t first = 0;  // 0: the server has closed
    std::string payload;
  };
  Received ReadFrame() {
    while (true) {
      if (auto frame = TakeFrame()) return *frame;
      const std::string more = socket_.Receive();
      if (more.empty()) return {};
      bytes_ += more;
    }
  }
  // Reads on until the server closes: the code with which it did; 0: without one.
  unsigned ReadClose() {
    while (true) {
      const Received frame = ReadFrame();
      if (frame.first == 0) return 0;
      if (frame.first != kClose || frame.payload.size() < 2) continue;
      return static_cast<unsigned>(static_cast<uint8_t>(frame.payload[0])) << 8 |
             static_cast<uint8_t>(frame.payload[1]);
    }
  }

  void Send(const control::Envelope& envelope) const {
    socket_.Send(Frame(kBinary, Framed(envelope.SerializeAsString())));
  }
  // The next envelope, in however many frames; one without a body where the server has closed.
  control::Envelope Read() {
    while (true) {
      auto message = reader_.Next();
      HYPNOS_CHECK(message.ok());
      if (*message) {
        control::Envelope envelope;
        HYPNOS_CHECK(envelope.ParseFromString(**message));
        return envelope;
      }
      const Received frame = ReadFrame();
      if (frame.first == 0) return {};
      if (frame.first == kBinary) reader_.Append(frame.payload);
    }
  }

 private:
  std::optional<Received> TakeFrame() {
    const auto byte = [&](size_t i) { return static_cast<uint8_t>(bytes_[i]); };
    if (bytes_.size() < 2) return std::nullopt;
    size_t size = byte(1) & 0x7f, head = 2;
    if (size >= 126) {
      const size_t more = size == 126 ? 2 : 8;
      if (bytes_.size() < head + more) return std::nullopt;
      size = 0;
      for (size_t i = 0; i < more; ++i) size = size << 8 | byte(head + i);
      head += more;
    }
    if (bytes_.size() < head + size) return std::nullopt;
    Received frame{byte(0), bytes_.substr(head, size)};
    bytes_.erase(0, head + size);
    return frame;
  }

  uint16_t port_;
  RawSocket socket_;
  std::string bytes_;
  MessageReader reader_{1 << 30};
};

class WebTest : public ::testing::Test {
 protected:
  ~WebTest() override {
    web.reset();
    control.reset();
  }

  void Start() {
    auto started = ControlServer::Start(control_options, files, clock, service);
    ASSERT_TRUE(started.ok()) << started.error().message;
    control = std::move(started).value();
    auto served = WebServer::Start(options, content, *control, files);
    ASSERT_TRUE(served.ok()) << served.error().message;
    web = std::move(served).value();
  }
  void UseTokens() {
    Write("tokens", TokenLine(control::VIEW, "wall", "look") + "\n" +
                        TokenLine(control::CONTROL, "alice", "do"));
    control_options.tokens_path = "tokens";
    options.tokens = true;
  }
  void Write(const std::string& path, const std::string& text) {
    auto file = files.CreateFile(path);
    ASSERT_TRUE((*file)->Append(text).ok() && (*file)->Close().ok());
  }
  WebClient Client() const { return WebClient(web->port()); }
  // One that speaks the control protocol.
  std::unique_ptr<WebClient> Connected(const std::string& token = "") const {
    auto client = std::make_unique<WebClient>(web->port());
    EXPECT_EQ(client->Upgrade().status, 101u);
    client->Send(HelloEnvelope(token));
    return client;
  }

  MemoryFileSystem files;
  SystemClock clock;
  TestService service;
  ControlServerOptions control_options;
  WebServerOptions options;
  WebContent content;
  std::unique_ptr<ControlServer> control;
  std::unique_ptr<WebServer> web;
};

}  // namespace hypnos

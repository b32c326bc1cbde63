// What strangers may send: whatever it is, it does no harm, and the next one is served.
#include <gmock/gmock.h>

#include <chrono>
#include <thread>

#include "web/web_fixture.h"

namespace hypnos {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

class HostileTest : public WebTest {
 protected:
  void TearDown() override { EXPECT_EQ(Client().Get("/livez").status, 200u); }
  // The status of what `bytes` is answered by, after which the connection is closed.
  unsigned LastAnswerTo(const std::string& bytes) {
    WebClient client = Client();
    const unsigned status = client.Ask(bytes).status;
    EXPECT_EQ(client.socket().Receive(), "");
    return status;
  }
  // The code of WebSocket by which this is refused.
  unsigned CloseAfter(const std::string& frame) {
    WebClient client = Client();
    EXPECT_EQ(client.Upgrade().status, 101u);
    client.socket().Send(frame);
    return client.ReadClose();
  }
};

TEST_F(HostileTest, APageOfSomebodyElseCannotConnect) {
  Start();
  for (const char* origin : {"http://evil.example", "null", "http://localhost:1"}) {
    WebClient client = Client();
    EXPECT_EQ(client.Ask(client.UpgradeRequest(origin)).status, 403u) << origin;
  }
  EXPECT_EQ(service.handled, 0u);
}

TEST_F(HostileTest, ANameThatWasMadeToLeadHereIsRefused) {
  Start();
  EXPECT_EQ(Client().Ask("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n").status, 421u);
  EXPECT_EQ(Client().Ask("GET / HTTP/1.1\r\n\r\n").status, 421u);
  EXPECT_EQ(Client().Ask("GET / HTTP/1.0\r\n\r\n").status, 421u);
  EXPECT_EQ(Client().Ask("GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n").status,
            421u);
}

TEST_F(HostileTest, NoPathLeadsOutOfThePage) {
  Start();
  WebClient client = Client();
  for (const char* target : {"/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/..%5c..%5cx",
                             "/index.html%00", "/assets/", "//etc/passwd"}) {
    const HttpAnswer answer = client.Get(target);
    EXPECT_EQ(answer.status, 404u) << target;
    EXPECT_THAT(answer.body, Not(HasSubstr("root")));
    EXPECT_THAT(answer.body, Not(HasSubstr("etc")));
  }
}

TEST_F(HostileTest, AHeadThatIsTooLargeIsRefused) {
  Start();
  WebClient client = Client();
  EXPECT_EQ(LastAnswerTo(client.Request("/" + std::string(20000, 'a'))), 431u);
  EXPECT_EQ(LastAnswerTo(client.Request("/", "X: " + std::string(20000, 'a') + "\r\n")), 431u);
  std::string many;
  for (int i = 0; i < 2000; ++i) many += Format("X{}: y\r\n", i);
  EXPECT_EQ(LastAnswerTo(client.Request("/", many)), 431u);
}

TEST_F(HostileTest, NonsenseIsRefused) {
  Start();
  for (const char* nonsense :
       {"\r\n\r\n\r\nx\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
        "\x16\x03\x01\x02\x00\x01 ", "GET / HTTP/1.1\r\nHost localhost\r\n\r\n",
        "GET / HTTP/1.1\nHost: localhost\n\n", "GET  / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"}) {
    EXPECT_EQ(LastAnswerTo(nonsense), 400u) << nonsense;
  }
}

TEST_F(HostileTest, ABodyIsRefusedSoThatNothingCanHideInIt) {
  Start();
  WebClient client = Client();
  const std::string hidden = client.Request("/metrics");
  EXPECT_EQ(
      LastAnswerTo(client.Request("/", Format("Content-Length: {}\r\n", hidden.size())) + hidden),
      413u);
  EXPECT_EQ(LastAnswerTo(client.Request("/", "Transfer-Encoding: chunked\r\n") + "5\r\nhello\r\n"),
            413u);
  EXPECT_THAT(
      LastAnswerTo(client.Request("/", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n")),
      AnyOf(400u, 413u));
}

TEST_F(HostileTest, WhoSendsSlowlyIsLeft) {
  options.request_within = std::chrono::milliseconds(500);
  Start();
  const Instant begin = clock.Now();
  WebClient silent = Client(), slow = Client();
  slow.socket().Send("GET / HTTP/1.1\r\n");
  // Each byte would win another moment, if it were the pause that counted.
  std::thread dripping([&] {
    while (slow.socket().Send("X")) usleep(20000);
  });
  EXPECT_EQ(silent.socket().Receive(), "");
  EXPECT_EQ(slow.socket().Receive(), "");
  dripping.join();
  EXPECT_LT(clock.Now() - begin, std::chrono::seconds(30));
}

TEST_F(HostileTest, WhoTakesNoAnswerIsLeft) {
  options.request_within = options.answer_within = std::chrono::milliseconds(500);
  content.metrics = [] { return std::string(64 << 20, 'x'); };
  Start();
  WebClient client = Client();
  client.socket().Send(client.Request("/metrics"));
  usleep(1000000);
  size_t taken = 0;
  for (std::string more; !(more = client.socket().Receive()).empty();) taken += more.size();
  EXPECT_LT(taken, size_t{64} << 20);
}

// Who is connected stays so.
void ExpectServed(WebClient& viewer) {
  control::Request request;
  request.mutable_status();
  viewer.Send(RequestEnvelope(2, request));
  EXPECT_TRUE(viewer.Read().response().has_status());
}

TEST_F(HostileTest, ManyIdleConnectionsKeepNobodyOut) {
  options.most_connections = 8;
  Start();
  const auto viewer = Connected();
  EXPECT_TRUE(viewer->Read().has_welcome());
  std::vector<WebClient> idle;
  for (int i = 0; i < 30; ++i) {
    idle.push_back(Client());
    idle.back().socket().Send("GET / HTTP/1.1\r\n");
  }
  EXPECT_EQ(Client().Get("/livez").status, 200u);
  ExpectServed(*viewer);
}

// A WebSocket whose client was not let in is as idle as any other.
TEST_F(HostileTest, ManyWebSocketsWithoutAHelloKeepNobodyOut) {
  options.most_connections = 8;
  Start();
  const auto viewer = Connected();
  EXPECT_TRUE(viewer->Read().has_welcome());
  std::vector<WebClient> idle;
  for (int i = 0; i < 30; ++i) {
    idle.push_back(Client());
    EXPECT_EQ(idle.back().Upgrade().status, 101u);
  }
  EXPECT_EQ(Client().Get("/livez").status, 200u);
  ExpectServed(*viewer);
}

TEST_F(HostileTest, BadFramesEndTheConnection) {
  Start();
  const std::string hello = Framed(HelloEnvelope().SerializeAsString());
  EXPECT_EQ(CloseAfter(WebClient::Frame(WebClient::kBinary, hello, false)), 1002u);  // not masked
  EXPECT_EQ(CloseAfter(WebClient::Frame(0xc2, hello)), 1002u);  // reserved bits
  EXPECT_EQ(CloseAfter(WebClient::Frame(0xa2, hello)), 1002u);
  EXPECT_EQ(CloseAfter(WebClient::Frame(0x83, hello)), 1002u);  // reserved opcodes
  EXPECT_EQ(CloseAfter(WebClient::Frame(0x8b, hello)), 1002u);
  EXPECT_EQ(CloseAfter(WebClient::Frame(0x80, hello)), 1002u);  // goes on with nothing
  EXPECT_EQ(CloseAfter(WebClient::Frame(0x09, "x")), 1002u);    // a ping in fragments
  EXPECT_EQ(CloseAfter(WebClient::Frame(WebClient::kPing, std::string(126, 'x'))), 1002u);
  EXPECT_EQ(CloseAfter(WebClient::Frame(WebClient::kClose, "\x03")), 1002u);
  EXPECT_EQ(CloseAfter(WebClient::Frame(WebClient::kText, "{\"hello\": {}}")), 1003u);
  EXPECT_THAT(CloseAfter(WebClient::Frame(WebClient::kText, "\xff\xfe")), AnyOf(1003u, 1007u));
  EXPECT_EQ(service.handled, 0u);
}

TEST_F(HostileTest, AMessageThatAnnouncesTooMuchIsRefused) {
  Start();
  // 2^40 bytes.
  EXPECT_EQ(CloseAfter(std::string("\x82\xff\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00", 14)),
            1009u);
  WebClient client = Client();
  ASSERT_EQ(client.Upgrade().status, 101u);
  // Of the protocol, 4 GB.
  client.socket().Send(WebClient::Frame(WebClient::kBinary, "\xff\xff\xff\xff"));
  EXPECT_EQ(client.Read().error().reason(), "MESSAGE_TOO_LARGE");
  EXPECT_EQ(client.ReadClose(), 1000u);
}

TEST_F(HostileTest, AWebSocketWithoutAHelloIsLeft) {
  Start();
  WebClient client = Client();
  ASSERT_EQ(client.Upgrade().status, 101u);
  client.Send(RequestEnvelope(1, control::Request()));
  EXPECT_EQ(client.Read().error().reason(), "HELLO_NEEDED");
  EXPECT_EQ(client.ReadClose(), 1000u);
}

TEST_F(HostileTest, WhatComesBehindAnUpgradeIsRefused) {
  Start();
  WebClient client = Client();
  const std::string upgrade = client.UpgradeRequest(Format("http://127.0.0.1:{}", web->port()));
  EXPECT_EQ(LastAnswerTo(upgrade + WebClient::Frame(WebClient::kBinary, "x")), 400u);
}

TEST_F(HostileTest, NoAnswerHoldsATokenOrWhatWasSent) {
  UseTokens();
  Start();
  WebClient client = Client();
  for (const char* target : {"/", "/metrics", "/statusz", "/control", "/<script>", "/livez"}) {
    const HttpAnswer answer = client.Get(
        target, "Authorization: Bearer secret-guess\r\nCookie: session=secret-guess\r\n");
    EXPECT_THAT(answer.whole, Not(HasSubstr("secret-guess"))) << target;
    EXPECT_THAT(answer.whole, Not(HasSubstr("<script>"))) << target;
    EXPECT_EQ(answer.headers.count("Set-Cookie"), 0u);
    EXPECT_EQ(answer.headers.at("X-Content-Type-Options"), "nosniff");
  }
}

}  // namespace
}  // namespace hypnos

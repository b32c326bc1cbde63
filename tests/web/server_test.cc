#include "hypnos/web/server.h"

#include <gmock/gmock.h>

#include "control/certificates.h"
#include "hypnos/control/asio.h"
#include "web/assets.h"
#include "web/web_fixture.h"

namespace hypnos {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

control::Request LookRequest() {
  control::Request request;
  request.mutable_status();
  return request;
}

TEST_F(WebTest, ServesThePage) {
  Start();
  WebClient client = Client();
  const HttpAnswer page = client.Get("/");
  EXPECT_EQ(page.status, 200u);
  EXPECT_EQ(page.body, FindAsset("/index.html")->bytes);
  EXPECT_EQ(page.headers.at("Content-Type"), "text/html; charset=utf-8");
  EXPECT_THAT(page.headers.at("Content-Security-Policy"), HasSubstr("default-src 'none'"));
  // On the same connection.
  const HttpAnswer again =
      client.Get("/index.html", "If-None-Match: " + page.headers.at("ETag") + "\r\n");
  EXPECT_EQ(again.status, 304u);
  EXPECT_EQ(client.Get("/nothing").status, 404u);
  const HttpAnswer head = client.Ask(client.Request("/", "", "HEAD"), false);
  EXPECT_EQ(head.status, 200u);
  EXPECT_EQ(head.headers.at("Content-Length"), std::to_string(page.body.size()));
  EXPECT_EQ(client.Get("/livez").body, "ok\n");
}

TEST_F(WebTest, TellsOfHealthWithoutAToken) {
  UseTokens();
  std::atomic<bool> live = true, ready = false;
  content.live = [&] { return live.load(); };
  content.ready = [&] { return ready.load(); };
  Start();
  WebClient client = Client();
  EXPECT_EQ(client.Get("/livez").status, 200u);
  EXPECT_EQ(client.Get("/readyz").status, 503u);
  ready = true;
  live = false;
  EXPECT_EQ(client.Get("/readyz").status, 200u);
  const HttpAnswer dead = client.Get("/livez");
  EXPECT_EQ(dead.status, 503u);
  EXPECT_EQ(dead.body, "no\n");
}

TEST_F(WebTest, ServesMetricsAndStatusToWhoeverMayLook) {
  UseTokens();
  content.metrics = [] { return std::string("hypnos_frames_total 1\n"); };
  Start();
  WebClient client = Client();
  for (const char* target : {"/metrics", "/statusz"}) {
    SCOPED_TRACE(target);
    EXPECT_EQ(client.Get(target).status, 401u);
    EXPECT_EQ(client.Get(target, "Authorization: Basic bG9vazo=\r\n").status, 401u);
    EXPECT_EQ(client.Get(target, "Authorization: Bearer look\r\n").status, 200u);
    EXPECT_EQ(client.Get(target, "Authorization: Bearer do\r\n").status, 200u);
  }
  const HttpAnswer metrics = client.Get("/metrics", "Authorization: Bearer look\r\n");
  EXPECT_EQ(metrics.body, "hypnos_frames_total 1\n");
  EXPECT_EQ(metrics.headers.at("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(client.Get("/statusz", "Authorization: Bearer look\r\n").headers.at("Content-Type"),
            "application/json");
}

TEST_F(WebTest, ServesTheHistoryToWhoeverMayLook) {
  UseTokens();
  Start();
  WebClient client = Client();
  EXPECT_EQ(client.Get("/history.csv").status, 401u);
  const char* look = "Authorization: Bearer look\r\n";
  EXPECT_EQ(client.Get("/history.csv?points=some", look).status, 400u);
  const HttpAnswer history = client.Get("/history.csv?series=*", look);
  EXPECT_EQ(history.status, 200u);
  EXPECT_EQ(history.headers.at("Content-Type"), "text/csv; charset=utf-8");
  EXPECT_EQ(history.body, "time,series,min,mean,max\n");
}

TEST_F(WebTest, LetsEverybodyLookWhereThereAreNoTokens) {
  Start();
  EXPECT_EQ(Client().Get("/metrics").status, 200u);
  EXPECT_EQ(Client().Get("/statusz").status, 200u);
}

TEST_F(WebTest, SlowsDownWhoGuessesWhicheverWay) {
  UseTokens();
  Start();
  HttpAnswer answer;
  for (int guess = 0; guess < 6; ++guess) {
    answer = Client().Get("/metrics", "Authorization: Bearer wrong\r\n");
  }
  EXPECT_EQ(answer.status, 429u);
  EXPECT_THAT(answer.whole, Not(HasSubstr("wrong\r")));
  EXPECT_EQ(Connected("wrong")->Read().error().reason(), "LOGIN_THROTTLED");
}

TEST_F(WebTest, SpeaksTheControlProtocolOverWebSocket) {
  UseTokens();
  Start();
  const auto viewer = Connected("look");
  EXPECT_EQ(viewer->Read().welcome().access(), control::VIEW);
  viewer->Send(RequestEnvelope(2, LookRequest()));
  EXPECT_TRUE(viewer->Read().response().has_status());
  control::Request sleep;
  sleep.mutable_sleep_now();
  viewer->Send(RequestEnvelope(3, sleep));
  EXPECT_EQ(viewer->Read().error().reason(), "CONTROL_NEEDED");
  const auto alice = Connected("do");
  EXPECT_EQ(alice->Read().welcome().access(), control::CONTROL);
  alice->Send(RequestEnvelope(2, sleep));
  EXPECT_TRUE(alice->Read().response().has_sleep_now());
  EXPECT_EQ(web->clients(), 2u);
  EXPECT_EQ(Connected("wrong")->Read().error().reason(), "TOKEN_WRONG");
  EXPECT_EQ(Connected()->Read().error().reason(), "TOKEN_NEEDED");
}

TEST_F(WebTest, AcceptsTheProtocolInPiecesOfAnySize) {
  Start();
  WebClient client = Client();
  ASSERT_EQ(client.Upgrade().status, 101u);
  const std::string bytes = Framed(HelloEnvelope().SerializeAsString()) +
                            Framed(RequestEnvelope(2, LookRequest()).SerializeAsString());
  // A message in two fragments, and then a byte a message, with a ping between.
  client.socket().Send(WebClient::Frame(0x02, bytes.substr(0, 3)));
  client.socket().Send(WebClient::Frame(0x80, bytes.substr(3, 4)));
  for (const char byte : bytes.substr(7)) {
    client.socket().Send(WebClient::Frame(WebClient::kBinary, std::string(1, byte)));
  }
  EXPECT_TRUE(client.Read().has_welcome());
  EXPECT_TRUE(client.Read().response().has_status());
  client.socket().Send(WebClient::Frame(WebClient::kPing, "there?"));
  const auto pong = client.ReadFrame();
  EXPECT_EQ(pong.first, WebClient::kPong);
  EXPECT_EQ(pong.payload, "there?");
}

TEST_F(WebTest, SendsUpdatesLargerThanOneFrame) {
  service.padding_bytes = 200000;
  Start();
  const auto client = Connected();
  control::Request request;
  request.mutable_subscribe()->add_topics(control::SOURCES);
  request.mutable_subscribe()->set_rate_hz(50);
  EXPECT_TRUE(client->Read().has_welcome());
  client->Send(RequestEnvelope(2, request));
  EXPECT_TRUE(client->Read().has_response());
  for (uint64_t seq = 1; seq <= 5; ++seq) {
    const control::Envelope update = client->Read();
    EXPECT_EQ(update.update().seq(), seq);
    EXPECT_EQ(update.update().sources(0).description().size(), 200000u);
  }
}

TEST_F(WebTest, ForgetsWhoHasGone) {
  Start();
  {
    const auto client = Connected();
    EXPECT_TRUE(client->Read().has_welcome());
    EXPECT_EQ(web->clients(), 1u);
    client->socket().Send(WebClient::Frame(WebClient::kClose, "\x03\xe8"));
    EXPECT_EQ(client->ReadClose(), 1000u);
  }
  const auto next = Connected();
  EXPECT_TRUE(next->Read().has_welcome());
  // The one before is gone, or about to be.
  for (int tries = 0; tries < 1000 && web->clients() != 1; ++tries) usleep(10000);
  EXPECT_EQ(web->clients(), 1u);
}

TEST_F(WebTest, TellsItsClientsThatItStops) {
  Start();
  const auto client = Connected();
  EXPECT_TRUE(client->Read().has_welcome());
  WebClient idle = Client();
  EXPECT_EQ(idle.Get("/livez").status, 200u);
  web->Stop();
  EXPECT_EQ(client->Read().error().reason(), "STOPPING");
  EXPECT_EQ(client->ReadClose(), 1000u);
  EXPECT_EQ(idle.socket().Receive(), "");
  web->Stop();
}

TEST_F(WebTest, RefusesWhatIsNotSafeOrNoAddress) {
  const auto reason = [&] { return CheckWebServerOptions(options).error().reason; };
  options.address = "0.0.0.0";
  EXPECT_EQ(reason(), "NOT_SAFE");
  EXPECT_THAT(CheckWebServerOptions(options).error().message,
              HasSubstr("web.address: 0.0.0.0 can be reached from other machines, which needs TLS "
                        "(web.tls) and tokens (control.tokens)"));
  options.tokens = true;
  EXPECT_EQ(reason(), "NOT_SAFE");
  options.tls.emplace();
  EXPECT_TRUE(CheckWebServerOptions(options).ok());
  options.address = "here";
  EXPECT_EQ(reason(), "NOT_AN_ADDRESS");
  options.address = "127.0.0.1";
  options.hosts = {"http://hypnos.example"};
  EXPECT_EQ(reason(), "NOT_A_HOST");
}

TEST_F(WebTest, SaysThatThePortIsTaken) {
  Start();
  WebServerOptions same = options;
  same.port = web->port();
  const auto second = WebServer::Start(same, content, *control, files);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().reason, "CANNOT_LISTEN");
}

class WebTlsTest : public WebTest {
 protected:
  void UseTls(const Certificate& certificate) {
    Write("cert.pem", certificate.certificate_pem);
    Write("key.pem", certificate.key_pem);
    options.tls = ControlTlsOptions{"cert.pem", "key.pem", ""};
  }
  // Through TLS, with whoever's certificate.
  std::string Get(const std::string& target) const {
    namespace asio = boost::asio;
    asio::io_context io;
    asio::ssl::context context(asio::ssl::context::tls_client);
    asio::ssl::stream<asio::ip::tcp::socket> stream(io, context);
    stream.lowest_layer().connect({asio::ip::address_v4::loopback(), web->port()});
    stream.handshake(asio::ssl::stream_base::client);
    asio::write(stream,
                asio::buffer(Format(
                    "GET {} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", target)));
    std::string text;
    boost::system::error_code end;
    asio::read(stream, asio::dynamic_buffer(text), end);
    return text;
  }
};

TEST_F(WebTlsTest, ServesThePageThroughTls) {
  UseTls(MakeCertificate("hypnos"));
  Start();
  EXPECT_THAT(Get("/"), HasSubstr(std::string(FindAsset("/index.html")->bytes)));
}

TEST_F(WebTlsTest, ClosesOnWhoDoesNotSpeakIt) {
  UseTls(MakeCertificate("hypnos"));
  Start();
  WebClient plain = Client();
  plain.socket().Send(plain.Request("/"));
  std::string came, more;
  while (!(more = plain.socket().Receive()).empty()) came += more;
  EXPECT_THAT(came, Not(HasSubstr("HTTP/1.1")));
  EXPECT_THAT(Get("/livez"), HasSubstr("200 OK"));
}

TEST_F(WebTlsTest, ReadsCertificatesAgain) {
  options.reload_every = std::chrono::milliseconds(10);
  UseTls(MakeCertificate("hypnos"));
  Start();
  Write("cert.pem", "no certificate");
  usleep(50000);
  EXPECT_THAT(Get("/livez"), HasSubstr("200 OK"));
}

TEST_F(WebTlsTest, NamesTheFileThatHasNoCertificate) {
  UseTls({"nonsense", "nonsense"});
  auto started = ControlServer::Start(control_options, files, clock, service);
  control = std::move(started).value();
  const auto served = WebServer::Start(options, content, *control, files);
  ASSERT_FALSE(served.ok());
  EXPECT_THAT(served.error().message, HasSubstr("cert.pem"));
}

}  // namespace
}  // namespace hypnos

#include "hypnos/control/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "control/certificates.h"
#include "control/server_fixture.h"
#include "hypnos/control/tokens.h"
#include "support/memory_file_system.h"

namespace hypnos {
namespace {

using ::testing::HasSubstr;

control::Request LookRequest() {
  control::Request request;
  request.mutable_status();
  return request;
}

class ServerTest : public ::testing::Test {
 protected:
  ServerTest() { options.socket_path = folder.File("control.sock"); }

  Result<std::unique_ptr<ControlServer>> TryStart() {
    return ControlServer::Start(options, files, clock, service);
  }
  void Start() {
    auto started = TryStart();
    ASSERT_TRUE(started.ok()) << started.error().message;
    server = std::move(started).value();
  }

  void Write(const std::string& path, const std::string& text) {
    auto file = files.CreateFile(path);
    ASSERT_TRUE((*file)->Append(text).ok() && (*file)->Close().ok());
  }
  void UseTokens() {
    Write("tokens", TokenLine(control::VIEW, "wall", "look") + "\n" +
                        TokenLine(control::CONTROL, "alice", "do"));
    options.tokens_path = "tokens";
  }
  void UseTls(const Certificate& certificate) {
    Write("cert.pem", certificate.certificate_pem);
    Write("key.pem", certificate.key_pem);
    if (!options.tcp) options.tcp.emplace();
    options.tcp->tls = ControlTlsOptions{"cert.pem", "key.pem", ""};
  }

  ControlEndpoint Local() const {
    ControlEndpoint endpoint;
    endpoint.socket_path = options.socket_path;
    return endpoint;
  }
  ControlEndpoint Tcp(const std::string& token = "") const {
    ControlEndpoint endpoint;
    endpoint.host = "127.0.0.1";
    endpoint.port = server->tcp_port();
    endpoint.token = token;
    return endpoint;
  }
  ControlEndpoint Tls(const Certificate& authority, const std::string& token = "") {
    Write("authority.pem", authority.certificate_pem);
    ControlEndpoint endpoint = Tcp(token);
    endpoint.tls = true;
    endpoint.authority_path = "authority.pem";
    return endpoint;
  }
  Result<std::unique_ptr<ControlClient>> Connect(const ControlEndpoint& endpoint) {
    return ControlClient::Connect(endpoint, files, kPatience);
  }
  // "" where it is let in.
  std::string ReasonOf(const ControlEndpoint& endpoint) {
    const auto client = Connect(endpoint);
    return client.ok() ? "" : client.error().reason;
  }

  TempDir folder;
  MemoryFileSystem files;
  SystemClock clock;
  TestService service;
  ControlServerOptions options;
  std::unique_ptr<ControlServer> server;
};

TEST_F(ServerTest, AnswersOnAUnixSocketThatOthersCannotOpen) {
  Start();
  struct stat found {};
  ASSERT_EQ(stat(options.socket_path.c_str(), &found), 0);
  EXPECT_TRUE(S_ISSOCK(found.st_mode));
  EXPECT_EQ(found.st_mode & 0777, 0660u);
  const auto client = Connect(Local());
  ASSERT_TRUE(client.ok()) << client.error().message;
  EXPECT_EQ((*client)->welcome().access(), control::CONTROL);
  const auto answer = (*client)->Call(LookRequest(), kPatience);
  ASSERT_TRUE(answer.ok()) << answer.error().message;
  EXPECT_TRUE(answer->has_status());
}

TEST_F(ServerTest, TakesItsSocketWithIt) {
  Start();
  server.reset();
  EXPECT_FALSE(std::filesystem::exists(options.socket_path));
  const auto client = Connect(Local());
  ASSERT_FALSE(client.ok());
  EXPECT_EQ(client.error().reason, "NO_DAEMON");
}

TEST_F(ServerTest, ReplacesTheSocketOfADeadDaemon) {
  // What is left when nobody had the time to remove it.
  {
    const int dead = socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    options.socket_path.copy(address.sun_path, sizeof address.sun_path - 1);
    ASSERT_EQ(bind(dead, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    close(dead);
  }
  ASSERT_TRUE(std::filesystem::exists(options.socket_path));
  Start();
  EXPECT_EQ(ReasonOf(Local()), "");
}

TEST_F(ServerTest, LeavesTheSocketOfALivingDaemonAlone) {
  Start();
  const auto second = TryStart();
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().reason, "SOCKET_IN_USE");
  EXPECT_THAT(second.error().message, HasSubstr(options.socket_path));
  EXPECT_EQ(ReasonOf(Local()), "") << "the first one is gone";
}

TEST_F(ServerTest, LeavesAFileThatIsNoSocketAlone) {
  std::ofstream(options.socket_path) << "mine";
  const auto started = TryStart();
  ASSERT_FALSE(started.ok());
  EXPECT_EQ(started.error().reason, "SOCKET_IN_USE");
  EXPECT_EQ(std::filesystem::file_size(options.socket_path), 4u);
}

TEST_F(ServerTest, SaysWhereItCannotListen) {
  options.socket_path = folder.File("nowhere/control.sock");
  auto started = TryStart();
  ASSERT_FALSE(started.ok());
  EXPECT_EQ(started.error().reason, "CANNOT_LISTEN");
  options.socket_path = folder.File(std::string(200, 'x'));
  started = TryStart();
  ASSERT_FALSE(started.ok());
  EXPECT_EQ(started.error().reason, "SOCKET_PATH_TOO_LONG");
}

TEST_F(ServerTest, TheSocketsRoleIsThatOfWhoeverComesWithoutAToken) {
  options.socket_access = control::VIEW;
  Start();
  const auto client = Connect(Local());
  ASSERT_TRUE(client.ok());
  control::Request request;
  request.mutable_wake();
  const auto answer = (*client)->Call(request, kPatience);
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().reason, "CONTROL_NEEDED");
  EXPECT_EQ(service.handled, 0u);
}

TEST_F(ServerTest, OverTcpNothingCanBeChangedWithoutAToken) {
  options.tcp.emplace();
  Start();
  const auto client = Connect(Tcp());
  ASSERT_TRUE(client.ok()) << client.error().message;
  EXPECT_EQ((*client)->welcome().access(), control::VIEW);
}

TEST_F(ServerTest, OverTcpTokensDecideWhereThereAreSome) {
  UseTokens();
  options.tcp.emplace();
  Start();
  EXPECT_EQ(ReasonOf(Tcp()), "TOKEN_NEEDED");
  EXPECT_EQ(ReasonOf(Tcp("guess")), "TOKEN_WRONG");
  EXPECT_EQ((*Connect(Tcp("look")))->welcome().access(), control::VIEW);
  EXPECT_EQ((*Connect(Tcp("do")))->welcome().access(), control::CONTROL);
}

TEST_F(ServerTest, WhoGuessesOverManyConnectionsIsSlowedDown) {
  UseTokens();
  options.tcp.emplace();
  Start();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(ReasonOf(Tcp("guess")), "TOKEN_WRONG");
  EXPECT_EQ(ReasonOf(Tcp("do")), "LOGIN_THROTTLED");
}

TEST_F(ServerTest, OffLoopbackTlsAndTokensAreBothNeeded) {
  const auto reason = [&] {
    const Status status = CheckControlServerOptions(options);
    return status.ok() ? "" : status.error().message;
  };
  for (const char* address : {"0.0.0.0", "::", "192.0.2.1", "2001:db8::1"}) {
    options.tcp.emplace().address = address;
    EXPECT_THAT(reason(), HasSubstr("needs TLS (control.tcp.tls) and tokens (control.tokens)"));
    options.tokens_path = "tokens";
    EXPECT_THAT(reason(), HasSubstr("needs TLS (control.tcp.tls)"));
    options.tcp->tls.emplace();
    EXPECT_EQ(reason(), "");
    options.tokens_path = "";
    EXPECT_THAT(reason(), HasSubstr("needs tokens (control.tokens)"));
    options.tokens_path = "";
    EXPECT_FALSE(TryStart().ok());
  }
  for (const char* address : {"127.0.0.1", "127.9.9.9", "::1"}) {
    options.tcp.emplace().address = address;
    EXPECT_EQ(reason(), "");
  }
  options.tcp.emplace().address = "example";
  EXPECT_THAT(reason(), HasSubstr("'example' is no IP address"));
}

TEST_F(ServerTest, SpeaksTlsWithWhoeverTrustsItsCertificate) {
  const Certificate certificate = MakeCertificate("server");
  UseTls(certificate);
  Start();
  EXPECT_EQ(ReasonOf(Tls(certificate)), "");
  EXPECT_EQ(ReasonOf(Tls(MakeCertificate("another"))), "TLS_FAILED");
}

TEST_F(ServerTest, TheCertificateMustBeOfTheHostThatWasAskedFor) {
  const Certificate certificate = MakeCertificate("server");
  UseTls(certificate);
  options.tcp->address = "127.0.0.2";  // the same machine, but not in the certificate
  Start();
  ControlEndpoint endpoint = Tls(certificate);
  endpoint.host = "127.0.0.2";
  EXPECT_EQ(ReasonOf(endpoint), "TLS_FAILED");
}

TEST_F(ServerTest, ClientsMustShowACertificateWhereThatIsAskedFor) {
  const Certificate certificate = MakeCertificate("server"), mine = MakeCertificate("client");
  UseTls(certificate);
  Write("clients.pem", mine.certificate_pem);
  options.tcp->tls->client_authority_path = "clients.pem";
  Start();
  ControlEndpoint endpoint = Tls(certificate);
  EXPECT_NE(ReasonOf(endpoint), "");
  const auto with = [&](const Certificate& shown) {
    Write("mine.pem", shown.certificate_pem);
    Write("mine.key", shown.key_pem);
    endpoint.certificate_path = "mine.pem";
    endpoint.key_path = "mine.key";
    return ReasonOf(endpoint);
  };
  EXPECT_NE(with(MakeCertificate("client")), "") << "of the same name, but another";
  EXPECT_EQ(with(mine), "");
}

TEST_F(ServerTest, OldTlsIsRefused) {
  const Certificate certificate = MakeCertificate("server");
  UseTls(certificate);
  Start();
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()),
                                                                  SSL_CTX_free);
  const auto handshake = [&](int version) {
    SSL_CTX_set_security_level(context.get(), 0);
    SSL_CTX_set_min_proto_version(context.get(), version);
    SSL_CTX_set_max_proto_version(context.get(), version);
    const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context.get()), SSL_free);
    const std::unique_ptr<BIO, decltype(&BIO_free_all)> bio(
        BIO_new_connect(("127.0.0.1:" + std::to_string(server->tcp_port())).c_str()), BIO_free_all);
    BIO_up_ref(bio.get());
    SSL_set_bio(ssl.get(), bio.get(), bio.get());
    return SSL_connect(ssl.get()) == 1;
  };
  EXPECT_FALSE(handshake(TLS1_1_VERSION));
  EXPECT_TRUE(handshake(TLS1_2_VERSION));
  EXPECT_TRUE(handshake(TLS1_3_VERSION));
}

TEST_F(ServerTest, ANewCertificateIsUsedWithoutARestart) {
  const Certificate before = MakeCertificate("server"), after = MakeCertificate("server");
  UseTls(before);
  options.reload_every = std::chrono::milliseconds(5);
  Start();
  const auto old_client = Connect(Tls(before));
  ASSERT_TRUE(old_client.ok());
  // For a moment certificate and key do not fit: what was read before stays in effect.
  Write("cert.pem", after.certificate_pem);
  Write("key.pem", after.key_pem);
  std::string reason = "never tried";
  for (int i = 0; i < 10000 && !reason.empty(); ++i) reason = ReasonOf(Tls(after));
  EXPECT_EQ(reason, "");
  EXPECT_TRUE((*old_client)->Call(LookRequest(), kPatience).ok()) << "connections stay";
}

TEST_F(ServerTest, ATokenThatIsTakenAwayLetsNobodyInAnyMore) {
  UseTokens();
  options.tcp.emplace();
  options.reload_every = std::chrono::milliseconds(5);
  Start();
  EXPECT_EQ(ReasonOf(Tcp("look")), "");
  Write("tokens", TokenLine(control::CONTROL, "alice", "do"));
  std::string reason;
  for (int i = 0; i < 10000 && reason.empty(); ++i) reason = ReasonOf(Tcp("look"));
  EXPECT_EQ(reason, "TOKEN_WRONG");
  Write("tokens", "nonsense");
  EXPECT_EQ(ReasonOf(Tcp("do")), "") << "what cannot be read changes nothing";
}

TEST_F(ServerTest, ABadCertificateIsNamedAtTheStart) {
  UseTls(MakeCertificate("server"));
  Write("key.pem", MakeCertificate("another").key_pem);
  const auto started = TryStart();
  ASSERT_FALSE(started.ok());
  EXPECT_EQ(started.error().reason, "TLS_INVALID");
  EXPECT_THAT(started.error().message, HasSubstr("key.pem"));
}

// What strangers and broken programs do.

TEST_F(ServerTest, TlsToAPlainPortIsToldSo) {
  options.tcp.emplace();
  Start();
  RawSocket raw = RawSocket::Tcp(server->tcp_port());
  raw.Send(std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11) + std::string(506, 'r'));
  EXPECT_EQ(raw.ReadToEnd(), "MESSAGE_TOO_LARGE");
  EXPECT_EQ(ReasonOf(Tls(MakeCertificate("x"))), "TLS_FAILED");
}

TEST_F(ServerTest, PlainToATlsPortIsClosed) {
  UseTls(MakeCertificate("server"));
  Start();
  RawSocket raw = RawSocket::Tcp(server->tcp_port());
  raw.Send(HelloEnvelope());
  std::string rest;
  do rest = raw.Receive();
  while (!rest.empty());
  EXPECT_NE(ReasonOf(Tcp()), "");
  EXPECT_EQ(ReasonOf(Local()), "") << "the others are still served";
}

// It could not even be told why.
TEST_F(ServerTest, WhoIsOneTooManyIsLeftBeforeItsHandshake) {
  UseTls(MakeCertificate("server"));
  options.most_clients = 1;
  Start();
  const auto client = Connect(Local());
  ASSERT_TRUE(client.ok());
  const RawSocket silent = RawSocket::Tcp(server->tcp_port());
  EXPECT_EQ(silent.Receive(), "");
}

TEST_F(ServerTest, EveryKindOfNonsenseGetsAReasonAndACleanEnd) {
  Start();
  control::Envelope not_hello = RequestEnvelope(1, LookRequest());
  control::Envelope wrong_version = HelloEnvelope();
  wrong_version.mutable_hello()->set_oldest_version(7);
  wrong_version.mutable_hello()->set_newest_version(9);
  const std::string hello = Framed(HelloEnvelope().SerializeAsString());
  const std::vector<std::pair<std::string, std::string>> nonsense = {
      {"\xFF\xFF\xFF\xFF", "MESSAGE_TOO_LARGE"},
      {std::string(4, '\0'), "EMPTY_MESSAGE"},
      {Framed("garbage"), "NOT_AN_ENVELOPE"},
      {"GET / HTTP/1.1\r\n\r\n", "MESSAGE_TOO_LARGE"},
      {Framed(not_hello.SerializeAsString()), "HELLO_NEEDED"},
      {Framed(wrong_version.SerializeAsString()), "NO_COMMON_VERSION"},
      {hello + hello, "NOT_FOR_SERVERS"},
      {hello + "\xFF\xFF\xFF\xFF", "MESSAGE_TOO_LARGE"},
  };
  for (const auto& [bytes, reason] : nonsense) {
    RawSocket raw = RawSocket::Unix(options.socket_path);
    raw.Send(bytes);
    EXPECT_EQ(raw.ReadToEnd(), reason);
  }
  EXPECT_EQ(service.handled, 0u);
  EXPECT_EQ(ReasonOf(Local()), "");
}

TEST_F(ServerTest, LogsABrokenConnectionOnce) {
  Start();
  ::testing::internal::CaptureStderr();
  {
    RawSocket raw = RawSocket::Unix(options.socket_path);
    raw.Send(std::string("\xFF\xFF\xFF\xFF") + std::string(1000, '\xFF'));
    raw.ReadToEnd();
    RawSocket::Unix(options.socket_path);  // comes and goes: nothing to say
  }
  server->Stop();
  const std::string logged = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::ranges::count(logged, '\n'), 1) << logged;
  EXPECT_THAT(logged, HasSubstr("4294967295 bytes was announced"));
}

TEST_F(ServerTest, DribbledByteByByteItUnderstandsAsWell) {
  Start();
  RawSocket raw = RawSocket::Unix(options.socket_path);
  for (const char byte : Framed(HelloEnvelope().SerializeAsString()) +
                             Framed(RequestEnvelope(2, LookRequest()).SerializeAsString())) {
    ASSERT_TRUE(raw.Send({&byte, 1}));
  }
  EXPECT_TRUE(raw.Read().has_welcome());
  EXPECT_EQ(raw.Read().request_id(), 2u);
}

TEST_F(ServerTest, HalfSentAndGoneIsForgotten) {
  Start();
  for (int i = 0; i < 50; ++i) {
    RawSocket::Unix(options.socket_path).Send(std::string_view("\0\0\1", 3));
  }
  for (int i = 0; i < 50; ++i) {
    RawSocket raw = RawSocket::Unix(options.socket_path);
    raw.Send(HelloEnvelope());
    raw.Send(RequestEnvelope(2, LookRequest()));
    // Gone without having read a byte.
  }
  const auto client = Connect(Local());
  ASSERT_TRUE(client.ok());
  while (server->clients() > 1) {
    ASSERT_TRUE((*client)->Call(LookRequest(), kPatience).ok());
  }
}

TEST_F(ServerTest, WhoOnlyStopsSendingIsStillAnswered) {
  Start();
  RawSocket raw = RawSocket::Unix(options.socket_path);
  raw.Send(HelloEnvelope());
  raw.Send(RequestEnvelope(2, LookRequest()));
  raw.EndSending();
  EXPECT_TRUE(raw.Read().has_welcome());
  EXPECT_TRUE(raw.Read().has_response());
  EXPECT_EQ(raw.ReadToEnd(), "");
}

TEST_F(ServerTest, TurnsAwayMoreClientsThanItMayHave) {
  options.most_clients = 2;
  Start();
  const auto one = Connect(Local());
  auto two = Connect(Local());
  ASSERT_TRUE(one.ok() && two.ok());
  EXPECT_EQ(ReasonOf(Local()), "TOO_MANY_CLIENTS");
  two.value().reset();
  std::string reason = "never tried";
  for (int i = 0; i < 10000 && !reason.empty(); ++i) reason = ReasonOf(Local());
  EXPECT_EQ(reason, "");
}

TEST_F(ServerTest, ADeadlineIsKeptWhileTheServiceIsBusy) {
  Start();
  const auto client = Connect(Local());
  control::Request wake;
  wake.mutable_wake();
  const auto answer = (*client)->Call(wake, std::chrono::milliseconds(20));
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().reason, "DEADLINE_EXCEEDED");
  const auto [call, reply] = service.TakeHeld();
  EXPECT_TRUE(call->cancelled());
  EXPECT_TRUE((*client)->Call(LookRequest(), kPatience).ok()) << "the connection stays";
}

TEST_F(ServerTest, AReplyMayComeWhenTheServerIsGone) {
  Start();
  RawSocket raw = RawSocket::Unix(options.socket_path);
  raw.Send(HelloEnvelope());
  control::Request wake;
  wake.mutable_wake();
  raw.Send(RequestEnvelope(2, wake));
  const auto [call, reply] = service.TakeHeld();
  server.reset();
  EXPECT_TRUE(call->cancelled());
  reply(control::Response());
  EXPECT_EQ(raw.ReadToEnd(), "STOPPING");
}

TEST_F(ServerTest, UpdatesComeWithoutBeingAskedForAgain) {
  Start();
  const auto client = Connect(Local());
  control::Request subscribe;
  subscribe.mutable_subscribe()->add_topics(control::PHASE);
  subscribe.mutable_subscribe()->set_rate_hz(100);
  ASSERT_TRUE((*client)->Call(subscribe, kPatience).ok());
  for (uint64_t seq = 1; seq <= 5; ++seq) {
    const auto update = (*client)->NextUpdate(kPatience);
    ASSERT_TRUE(update.ok()) << update.error().message;
    EXPECT_EQ(update->seq(), seq);
    EXPECT_GT(update->time(), 1.6e9);
  }
  EXPECT_TRUE((*client)->Call(LookRequest(), kPatience).ok()) << "requests go on meanwhile";
}

// Waits until the client's descriptor says that there is something, as a program would that waits
// for other things, too.
Result<std::vector<control::Update>> WaitAndTake(ControlClient& client) {
  pollfd wait{client.descriptor(), POLLIN, 0};
  HYPNOS_CHECK(poll(&wait, 1, 60000) == 1);
  return client.TakeUpdates();
}

TEST_F(ServerTest, UpdatesCanBeTakenWithoutWaiting) {
  UseTls(MakeCertificate("server"));
  Start();
  const Certificate certificate{*files.ReadFile("cert.pem"), ""};
  for (const ControlEndpoint& endpoint : {Local(), Tls(certificate)}) {
    const auto client = Connect(endpoint);
    ASSERT_TRUE(client.ok()) << client.error().message;
    EXPECT_EQ((*client)->TakeUpdates()->size(), 0u) << "nothing was asked for";
    control::Request subscribe;
    subscribe.mutable_subscribe()->add_topics(control::PHASE);
    subscribe.mutable_subscribe()->set_rate_hz(100);
    ASSERT_TRUE((*client)->Call(subscribe, kPatience).ok());
    uint64_t seq = 0;
    while (seq < 10) {
      const auto updates = WaitAndTake(**client);
      ASSERT_TRUE(updates.ok()) << updates.error().message;
      for (const auto& update : *updates) EXPECT_EQ(update.seq(), ++seq);
      ASSERT_TRUE((*client)->Call(LookRequest(), kPatience).ok()) << "requests go on meanwhile";
    }
  }
}

TEST_F(ServerTest, TakingUpdatesTellsTheEndAfterThem) {
  Start();
  const auto client = Connect(Local());
  control::Request subscribe;
  subscribe.mutable_subscribe()->add_topics(control::PHASE);
  ASSERT_TRUE((*client)->Call(subscribe, kPatience).ok());
  server.reset();
  size_t taken = 0;
  auto updates = WaitAndTake(**client);
  for (; updates.ok(); updates = WaitAndTake(**client)) taken += updates->size();
  EXPECT_EQ(taken, 1u) << "the first one comes at once";
  EXPECT_EQ(updates.error().reason, "STOPPING");
}

TEST_F(ServerTest, UpdatesAreOfTheSourceThatIsNamed) {
  Start();
  const auto named = Connect(Local()), unnamed = Connect(Local());
  control::Request subscribe;
  subscribe.mutable_subscribe()->add_topics(control::PHASE);
  ASSERT_TRUE((*unnamed)->Call(subscribe, kPatience).ok());
  subscribe.mutable_subscribe()->set_source("door");
  ASSERT_TRUE((*named)->Call(subscribe, kPatience).ok());
  // Asked for within the same moment, which is shared by those alone that ask for the same.
  EXPECT_EQ((*named)->NextUpdate(kPatience)->sources_size(), 1);
  EXPECT_EQ((*unnamed)->NextUpdate(kPatience)->sources_size(), 0);
  subscribe.mutable_subscribe()->set_source("yard");
  EXPECT_EQ((*named)->Call(subscribe, kPatience).error().reason, "SOURCE_NOT_FOUND");
}

TEST_F(ServerTest, AnAnswerThatCameTooLateDoesNotEndTheConnection) {
  Start();
  const auto client = Connect(Local());
  EXPECT_EQ((*client)->NextUpdate(std::chrono::milliseconds(1)).error().reason, "NO_ANSWER");
  EXPECT_TRUE((*client)->Call(LookRequest(), kPatience).ok());
}

TEST_F(ServerTest, WhoNeverReadsLosesUpdatesAndLearnsHowMany) {
  // More than the system keeps for a socket.
  service.padding_bytes = 400000;
  Start();
  const auto other = Connect(Local());
  RawSocket raw = RawSocket::Unix(options.socket_path);
  raw.Send(HelloEnvelope());
  control::Request subscribe;
  subscribe.mutable_subscribe()->add_topics(control::PHASE);
  subscribe.mutable_subscribe()->set_rate_hz(100);
  subscribe.mutable_subscribe()->set_queue_length(1);
  raw.Send(RequestEnvelope(2, subscribe));
  while (service.sampled < 20) {
    ASSERT_TRUE((*other)->Call(LookRequest(), kPatience).ok()) << "others wait for it";
  }
  uint64_t dropped = 0;
  while (dropped == 0) {
    const auto envelope = raw.Read();
    ASSERT_NE(envelope.body_case(), control::Envelope::BODY_NOT_SET);
    dropped = envelope.update().dropped();
  }
  EXPECT_GT(dropped, 0u);
}

}  // namespace
}  // namespace hypnos

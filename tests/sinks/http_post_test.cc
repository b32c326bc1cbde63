// Over real sockets; daemon.webhooks_test has real servers.
#include "hypnos/sinks/http_post.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>
#include <thread>

#include "hypnos/base/check.h"

namespace hypnos {
namespace {

using ::testing::HasSubstr;

// Says one thing to each who connects, whatever he sends, and then waits until he is gone.
class Server {
 public:
  explicit Server(std::string answer) : answer_(std::move(answer)) {
    socket_ = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* of_any = reinterpret_cast<sockaddr*>(&address);
    HYPNOS_CHECK(bind(socket_, of_any, size) == 0 && listen(socket_, 5) == 0);
    HYPNOS_CHECK(getsockname(socket_, of_any, &size) == 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { Serve(); });
  }
  ~Server() {
    shutdown(socket_, SHUT_RDWR);
    thread_.join();
    close(socket_);
  }
  std::string Url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/hook"; }
  const std::string& received() const { return received_; }

 private:
  void Serve() {
    while (true) {
      const int client = accept(socket_, nullptr, nullptr);
      if (client < 0) return;
      std::array<char, 4096> bytes{};
      const ssize_t read = recv(client, bytes.data(), bytes.size(), 0);
      if (read > 0) received_.assign(bytes.data(), static_cast<size_t>(read));
      (void)send(client, answer_.data(), answer_.size(), MSG_NOSIGNAL);
      while (recv(client, bytes.data(), bytes.size(), 0) > 0) {
      }
      close(client);
    }
  }

  std::string answer_;
  std::string received_;
  int socket_ = -1;
  uint16_t port_ = 0;
  std::thread thread_;
};

const std::atomic<bool> kNeverStops = false;

Result<HttpResponse> PostTo(const std::string& url, Duration timeout = std::chrono::seconds(20)) {
  setenv("no_proxy", "*", 1);
  return NewHttpPoster({.timeout = timeout, .ca_file = ""})
      ->Post({.url = url, .headers = {"X-Test: yes"}, .body = "hello"}, kNeverStops);
}

TEST(HttpPost, SendsWhatItIsGivenAndTellsTheStatus) {
  std::string received;
  {
    const Server server("HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\nok");
    const auto response = PostTo(server.Url());
    ASSERT_TRUE(response.ok()) << response.error().message;
    EXPECT_EQ(response->status, 202);
    EXPECT_FALSE(response->retry_after);
    received = server.received();
  }
  EXPECT_THAT(received, HasSubstr("POST /hook HTTP/1.1\r\n"));
  EXPECT_THAT(received, HasSubstr("X-Test: yes\r\n"));
  EXPECT_THAT(received, HasSubstr("\r\n\r\nhello"));
}

TEST(HttpPost, TellsHowLongToWait) {
  const Server server("HTTP/1.1 503 Busy\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n");
  const auto response = PostTo(server.Url());
  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response->status, 503);
  EXPECT_EQ(response->retry_after, std::chrono::seconds(120));
}

TEST(HttpPost, FollowsNoRedirect) {
  const Server elsewhere("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  const Server server("HTTP/1.1 307 Elsewhere\r\nLocation: " + elsewhere.Url() +
                      "\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(PostTo(server.Url())->status, 307);
  EXPECT_EQ(elsewhere.received(), "");
}

TEST(HttpPost, WhatIsNoAnswerIsAnErrorInWords) {
  for (const char* url : {"http://127.0.0.1:1/", "http://no-such-host.invalid/",
                          "file:///etc/passwd", "http://[", "https://127.0.0.1:1/"}) {
    const auto response = PostTo(url, std::chrono::seconds(5));
    ASSERT_FALSE(response.ok()) << url;
    EXPECT_EQ(response.error().reason, "NO_ANSWER") << url;
    EXPECT_NE(response.error().message, "") << url;
  }
  for (const char* answer : {"", "nonsense\r\n\r\n", "HTTP/1.1 100 Continue\r\n\r\n"}) {
    const Server server(answer);
    EXPECT_FALSE(PostTo(server.Url(), std::chrono::milliseconds(200)).ok()) << answer;
  }
}

// Who has said that he has it has it: sent again it would come twice.
TEST(HttpPost, AnAnswerIsOneWhateverBecomesOfTheRest) {
  const Server unfinished("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n");
  EXPECT_EQ(PostTo(unfinished.Url(), std::chrono::milliseconds(500))->status, 200);
  const Server endless("HTTP/1.1 202 OK\r\nContent-Length: 3000000\r\n\r\n" +
                       std::string(2'000'000, 'x'));
  EXPECT_EQ(PostTo(endless.Url())->status, 202);
}

TEST(HttpPost, WaitsNoLongerThanSixHoursWhateverItIsAskedFor) {
  const Server server(
      "HTTP/1.1 503 Busy\r\nRetry-After: 9223372036854775807\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(PostTo(server.Url())->retry_after, std::chrono::hours(6));
}

TEST(HttpPost, EndsWhenItIsStopped) {
  const Server silent("");
  std::atomic<bool> stop = false;
  std::thread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    stop = true;
  });
  const auto response = NewHttpPoster({.timeout = std::chrono::minutes(10), .ca_file = ""})
                            ->Post({.url = silent.Url(), .headers = {}, .body = ""}, stop);
  later.join();
  EXPECT_EQ(response.error().code, Code::kCancelled);
}

}  // namespace
}  // namespace hypnos

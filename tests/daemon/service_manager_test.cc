#include "daemon/service_manager.h"

#include <gmock/gmock.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstring>
#include <string>

#include "support/simulated_clock.h"
#include "support/temp_dir.h"

namespace hypnos {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr int kPatienceMilliseconds = 60'000;

// What a service manager hears.
class Ear {
 public:
  explicit Ear(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    if (path[0] == '@') address.sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
    EXPECT_EQ(bind(socket_, reinterpret_cast<const sockaddr*>(&address), size), 0);
  }
  ~Ear() { close(socket_); }
  Ear(const Ear&) = delete;
  Ear& operator=(const Ear&) = delete;

  std::string Next() {
    pollfd ready{.fd = socket_, .events = POLLIN, .revents = 0};
    if (poll(&ready, 1, kPatienceMilliseconds) != 1) return "nothing came";
    char text[4096];
    const ssize_t size = recv(socket_, text, sizeof text, 0);
    return {text, static_cast<size_t>(std::max<ssize_t>(size, 0))};
  }
  // What has `word` in it, whatever comes before.
  std::string NextWith(const std::string& word) {
    for (int i = 0; i < 1000; ++i) {
      std::string text = Next();
      if (text.find(word) != std::string::npos || text == "nothing came") return text;
    }
    return "too much came";
  }

 private:
  const int socket_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
};

class ServiceManagerTest : public testing::Test {
 protected:
  ServiceManager::Parts Parts() {
    return {.clock = clock_,
            .gets_on = [this] { return gets_on_.load(); },
            .status = [] { return std::string("3 frames/s,\nawake"); }};
  }

  TempDir folder_;
  const std::string path_ = folder_.path() + "/notify";
  SimulatedClock clock_;
  std::atomic<bool> gets_on_ = true;
  const ManagerWish wish_{.socket = path_, .watchdog = std::chrono::milliseconds(10)};
};

TEST_F(ServiceManagerTest, TellsHowTheDaemonIsDoing) {
  Ear ear(path_);
  ServiceManager manager({.socket = path_, .watchdog = {}}, Parts());
  EXPECT_EQ(ear.Next(), "STATUS=opening the sources");
  manager.Ready();
  EXPECT_EQ(ear.NextWith("READY"), "READY=1\nSTATUS=watching");
  clock_.Advance(std::chrono::seconds(5));
  EXPECT_TRUE(manager.Reloading());
  const auto now =
      std::chrono::duration_cast<std::chrono::microseconds>(clock_.Now().time_since_epoch());
  EXPECT_THAT(ear.NextWith("RELOADING"),
              StartsWith("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(now.count())));
  manager.Ready();
  EXPECT_EQ(ear.NextWith("READY"), "READY=1\nSTATUS=watching");
  manager.Stopping();
  EXPECT_THAT(ear.NextWith("STOPPING"), StartsWith("STOPPING=1\nSTATUS="));
}

TEST_F(ServiceManagerTest, ReloadingDoesNotMakeReadyWhoIsStillStarting) {
  Ear ear(path_);
  ServiceManager manager({.socket = path_, .watchdog = {}}, Parts());
  EXPECT_EQ(ear.Next(), "STATUS=opening the sources");
  EXPECT_FALSE(manager.Reloading());
  manager.Ready();
  EXPECT_EQ(ear.Next(), "READY=1\nSTATUS=watching");
}

TEST_F(ServiceManagerTest, IsNotReadyAgainOnceItStops) {
  Ear ear(path_);
  ServiceManager manager({.socket = path_, .watchdog = {}}, Parts());
  manager.Stopping();
  ear.NextWith("STOPPING");
  manager.Ready();
  EXPECT_FALSE(manager.Reloading());
  manager.Stopping();
  const ServiceManager another({.socket = path_, .watchdog = {}}, Parts());
  EXPECT_EQ(ear.Next(), "STATUS=opening the sources");
}

TEST_F(ServiceManagerTest, GivesSignsOfLifeWhileTheDaemonGetsOn) {
  Ear ear(path_);
  ServiceManager manager(wish_, Parts());
  EXPECT_EQ(ear.NextWith("WATCHDOG"), "WATCHDOG=1");
  manager.Ready();
  EXPECT_EQ(ear.NextWith("STATUS=3"), "WATCHDOG=1\nSTATUS=3 frames/s, awake");

  gets_on_ = false;
  ear.NextWith("STATUS=hangs");
  for (int i = 0; i < 3; ++i) EXPECT_THAT(ear.Next(), StartsWith("STATUS=hangs"));

  gets_on_ = true;
  ear.NextWith("WATCHDOG");
  EXPECT_THAT(ear.Next(), StartsWith("WATCHDOG=1"));
}

TEST_F(ServiceManagerTest, IsAliveWhileItStops) {
  gets_on_ = false;
  Ear ear(path_);
  ServiceManager manager(wish_, Parts());
  manager.Ready();
  manager.Stopping();
  ear.NextWith("STOPPING=1");
  EXPECT_EQ(ear.Next(), "WATCHDOG=1");
}

TEST_F(ServiceManagerTest, FindsAnAbstractSocket) {
  const std::string name = "@hypnos" + path_;
  Ear ear(name);
  const ServiceManager manager({.socket = name, .watchdog = {}}, Parts());
  EXPECT_EQ(ear.Next(), "STATUS=opening the sources");
}

TEST_F(ServiceManagerTest, NeedsNobodyWhoListens) {
  ServiceManager nobody({}, Parts());
  nobody.Ready();
  nobody.Stopping();
  ServiceManager gone({.socket = path_, .watchdog = {}}, Parts());
  gone.Ready();
}

TEST(ManagerWish, IsReadFromTheEnvironment) {
  const auto none = ReadManagerWish("", "10", "", 7);
  ASSERT_TRUE(none.ok());
  EXPECT_EQ(none->socket, "");
  const auto both = ReadManagerWish("/run/notify", "2000000", "7", 7);
  ASSERT_TRUE(both.ok());
  EXPECT_EQ(both->socket, "/run/notify");
  EXPECT_EQ(both->watchdog, Duration(std::chrono::seconds(2)));
  const auto of_another = ReadManagerWish("@notify", "2000000", "8", 7);
  ASSERT_TRUE(of_another.ok());
  EXPECT_EQ(of_another->watchdog, std::nullopt);
}

TEST(ManagerWish, NamesWhatIsWrong) {
  for (const std::string& socket :
       {std::string("relative"), std::string("@"), std::string("/") + std::string(200, 'x')}) {
    const auto wish = ReadManagerWish(socket, "", "", 7);
    ASSERT_FALSE(wish.ok()) << socket;
    EXPECT_THAT(wish.error().message, HasSubstr("NOTIFY_SOCKET"));
  }
  for (const char* number : {"0", "-1", "many", "1 ", "99999999999999999999"}) {
    const auto wish = ReadManagerWish("/run/notify", number, "", 7);
    ASSERT_FALSE(wish.ok()) << number;
    EXPECT_THAT(wish.error().message, HasSubstr("WATCHDOG_USEC"));
  }
  EXPECT_THAT(ReadManagerWish("/run/notify", "1", "x", 7).error().message,
              HasSubstr("WATCHDOG_PID"));
}

}  // namespace
}  // namespace hypnos

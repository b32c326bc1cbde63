#include "daemon/service_manager.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "hypnos/base/format.h"
#include "hypnos/base/log.h"
#include "hypnos/base/printable.h"

namespace hypnos {
namespace {

// Where nothing has to be watched, the status is still told.
constexpr Duration kStatusInterval = std::chrono::seconds(10);

Result<int64_t> PositiveNumber(const char* name, const std::string& text) {
  int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [parsed, failed] = std::from_chars(text.data(), end, number);
  if (failed == std::errc() && parsed == end && number > 0) return number;
  return Error{Code::kInvalidArgument, "SERVICE_MANAGER",
               Format("{}, which a service manager sets, is '{}', and no positive number", name,
                      Printable(text))};
}

// One line, whatever stands in it.
std::string OneLine(std::string_view text) {
  std::string line(text);
  for (char& c : line) c = c == '\n' ? ' ' : c;
  return line;
}

std::string Variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

Result<ManagerWish> ReadManagerWish(const std::string& socket, const std::string& watchdog_usec,
                                    const std::string& watchdog_pid, int64_t pid) {
  ManagerWish wish;
  if (socket.empty()) return wish;
  constexpr size_t kLongest = sizeof(sockaddr_un::sun_path) - 1;
  if ((socket[0] != '/' && socket[0] != '@') || socket.size() < 2 || socket.size() > kLongest) {
    return Error{Code::kInvalidArgument, "SERVICE_MANAGER",
                 Format("NOTIFY_SOCKET, which a service manager sets, is '{}': it must be an "
                        "absolute path, or the name of an abstract socket after an '@', of at most "
                        "{} bytes",
                        Printable(socket), kLongest)};
  }
  wish.socket = socket;
  if (watchdog_usec.empty()) return wish;
  HYPNOS_ASSIGN_OR_RETURN(const int64_t microseconds,
                          PositiveNumber("WATCHDOG_USEC", watchdog_usec));
  if (!watchdog_pid.empty()) {
    HYPNOS_ASSIGN_OR_RETURN(const int64_t meant, PositiveNumber("WATCHDOG_PID", watchdog_pid));
    if (meant != pid) return wish;
  }
  constexpr int64_t kLongestMicroseconds = int64_t{365} * 24 * 3600 * 1'000'000;
  wish.watchdog = std::chrono::microseconds(std::min(microseconds, kLongestMicroseconds));
  return wish;
}

Result<ManagerWish> ManagerWishOfEnvironment() {
  return ReadManagerWish(Variable("NOTIFY_SOCKET"), Variable("WATCHDOG_USEC"),
                         Variable("WATCHDOG_PID"), getpid());
}

ServiceManager::ServiceManager(const ManagerWish& wish, Parts parts)
    : parts_(std::move(parts)), sign_of_life_(wish.watchdog ? "WATCHDOG=1" : "") {
  if (wish.socket.empty()) return;
  socket_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket_ < 0) {
    log::Warning("the service manager cannot be told anything: {}", std::strerror(errno));
    return;
  }
  // A manager that does not read must not hold up the daemon.
  const timeval patience{.tv_sec = 1, .tv_usec = 0};
  setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  address_.sun_family = AF_UNIX;
  std::memcpy(address_.sun_path, wish.socket.data(), wish.socket.size());
  if (wish.socket[0] == '@') address_.sun_path[0] = '\0';
  address_size_ = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + wish.socket.size());
  Tell("", "opening the sources");
  thread_ = std::thread([this, interval = wish.watchdog ? *wish.watchdog / 2 : kStatusInterval] {
    SignsOfLife(std::min(interval, kStatusInterval));
  });
}

ServiceManager::~ServiceManager() {
  ended_.Set();
  if (thread_.joinable()) thread_.join();
  if (socket_ >= 0) close(socket_);
}

void ServiceManager::Ready() {
  const std::lock_guard lock(mutex_);
  if (phase_ == Phase::kStopping) return;
  phase_ = Phase::kReady;
  Tell("READY=1", "watching");
}

bool ServiceManager::Reloading() {
  const std::lock_guard lock(mutex_);
  if (phase_ != Phase::kReady) return false;
  const auto now =
      std::chrono::duration_cast<std::chrono::microseconds>(parts_.clock.Now().time_since_epoch());
  Tell(Format("RELOADING=1\nMONOTONIC_USEC={}", now.count()), "reading the configuration again");
  return true;
}

void ServiceManager::Stopping() {
  const std::lock_guard lock(mutex_);
  if (phase_ == Phase::kStopping) return;
  phase_ = Phase::kStopping;
  Tell("STOPPING=1", "finishing the frames under way, and saving");
}

void ServiceManager::SignsOfLife(Duration interval) {
  while (!ended_.WaitFor(interval)) GiveSignOfLife();
}

void ServiceManager::GiveSignOfLife() {
  std::unique_lock lock(mutex_);
  const bool ready = phase_ == Phase::kReady;
  if (!ready) Tell(sign_of_life_, "");
  if (!ready) return;
  // Whoever is asked may take a while, in which the daemon may be told to stop.
  lock.unlock();
  const bool gets_on = parts_.gets_on();
  const std::string status = parts_.status();
  lock.lock();
  if (phase_ != Phase::kReady) return;
  if (!gets_on && !told_hanging_) {
    log::Error(
        "nothing gets on any more; the service manager is given no further sign of life, and will "
        "start the daemon again where its watchdog is on");
  }
  told_hanging_ = !gets_on;
  if (gets_on) Tell(sign_of_life_, status);
  if (!gets_on) Tell("", "hangs: frames wait, and none has come to its end for a minute");
}

// With the lock, or before there is anybody else.
void ServiceManager::Tell(std::string_view lines, std::string_view status) {
  if (socket_ < 0 || (lines.empty() && status.empty())) return;
  std::string text(lines);
  if (!lines.empty() && !status.empty()) text += "\n";
  if (!status.empty()) text += "STATUS=" + OneLine(status);
  const ssize_t sent = sendto(socket_, text.data(), text.size(), MSG_NOSIGNAL,
                              reinterpret_cast<const sockaddr*>(&address_), address_size_);
  if (sent >= 0 || told_failure_) return;
  told_failure_ = true;
  log::Warning("the service manager cannot be told anything: {}", std::strerror(errno));
}

}  // namespace hypnos

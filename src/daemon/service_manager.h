// Tells the service manager that has started the daemon how it is doing, by systemd's protocol
// (sd_notify(3)): datagrams with lines of NAME=VALUE to the socket that NOTIFY_SOCKET names. It is
// so little that it needs no library.
//   READY=1                             what is to be watched is watched
//   RELOADING=1, MONOTONIC_USEC=...     the configuration is read again; then READY=1
//   STOPPING=1
//   WATCHDOG=1                          twice in the time of WATCHDOG_USEC, while frames get on
//   STATUS=...                          with each of them, for `systemctl status`
// Without NOTIFY_SOCKET nobody is told. A manager that does not read holds the daemon up for a
// second at most, each time.
// Threads: safe.
#pragma once

#include <sys/un.h>

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "daemon/stop_flag.h"
#include "hypnos/base/clock.h"
#include "hypnos/base/result.h"

namespace hypnos {

// What the manager has put into the environment.
struct ManagerWish {
  // An absolute path, or after an '@' the name of an abstract socket; empty: nobody wants to know.
  std::string socket;
  // Without a sign of life for so long the daemon will be ended; none: that is not watched.
  std::optional<Duration> watchdog;
};

// Of the texts of NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID, empty where there is none, for the
// process `pid`: one that is meant for another process is not for this one.
// kInvalidArgument, naming the variable.
Result<ManagerWish> ReadManagerWish(const std::string& socket, const std::string& watchdog_usec,
                                    const std::string& watchdog_pid, int64_t pid);
Result<ManagerWish> ManagerWishOfEnvironment();

class ServiceManager {
 public:
  struct Parts {
    const Clock& clock;
    // Whether the daemon gets on, and in a few words what it is doing. Called by a thread of the
    // object, from when it is ready until it is stopping.
    std::function<bool()> gets_on;
    std::function<std::string()> status;
  };

  ServiceManager(const ManagerWish& wish, Parts parts);
  // The manager learns of the end by that of the process.
  ~ServiceManager();
  ServiceManager(const ServiceManager&) = delete;
  ServiceManager& operator=(const ServiceManager&) = delete;

  void Ready();
  // Whether it was ready, and so has to be called ready again afterwards.
  bool Reloading();
  // Nothing changes that any more. From now on the daemon is alive by definition: how long it may
  // take to end is for the manager's TimeoutStopSec to say.
  void Stopping();

 private:
  enum class Phase { kStarting, kReady, kStopping };

  void SignsOfLife(Duration interval);
  void GiveSignOfLife();
  void Tell(std::string_view lines, std::string_view status);

  const Parts parts_;
  const std::string_view sign_of_life_;  // empty: nobody waits for one
  sockaddr_un address_{};
  socklen_t address_size_ = 0;
  int socket_ = -1;  // none: nobody is told
  std::mutex mutex_;
  Phase phase_ = Phase::kStarting;
  bool told_failure_ = false;
  bool told_hanging_ = false;
  StopFlag ended_;
  std::thread thread_;
};

}  // namespace hypnos

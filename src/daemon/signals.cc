#include "daemon/signals.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <utility>

#include "hypnos/base/log.h"

namespace hypnos {
namespace {

// Ends the waiting thread; never sent by others.
constexpr int kWakeUp = SIGUSR2;

sigset_t Handled() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, kWakeUp}) sigaddset(&set, signal);
  return set;
}

}  // namespace

Signals::Signals(std::function<void()> on_stop) {
  const sigset_t set = Handled();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  thread_ = std::thread([this, stop = std::move(on_stop)] { Loop(stop); });
}

Signals::~Signals() {
  pthread_kill(thread_.native_handle(), kWakeUp);
  thread_.join();
}

void Signals::Loop(const std::function<void()>& on_stop) {
  const sigset_t set = Handled();
  bool stopping = false;
  for (;;) {
    int signal = 0;
    if (sigwait(&set, &signal) != 0) continue;
    switch (signal) {
      case kWakeUp:
        return;
      case SIGHUP:
      case SIGUSR1:
        log::Info("signal {}: there is nothing to reload; restart to change the configuration",
                  signal == SIGHUP ? "HUP" : "USR1");
        break;
      default:
        if (stopping) _exit(128 + signal);
        stopping = true;
        log::Info("stopping: finishing the frames under way (once more to stop at once)");
        on_stop();
    }
  }
}

}  // namespace hypnos

#include "daemon/signals.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <utility>

#include "hypnos/base/check.h"
#include "hypnos/base/log.h"

namespace hypnos {
namespace {

constexpr int kHandled[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1};
constexpr int kIgnored[] = {SIGPIPE, SIGXFSZ};

// Sent through the pipe like a signal, to end the thread.
constexpr unsigned char kEnd = 0;

// For the handler, to which nothing can be handed.
std::atomic<int> write_end = -1;
std::atomic<bool> stopping = false;

void Send(unsigned char byte) {
  const int errno_before = errno;
  // A full pipe loses the byte, with thousands of others before it.
  [[maybe_unused]] const ssize_t sent = write(write_end, &byte, 1);
  errno = errno_before;
}

// Only what is safe in a handler. A second request must work even where the first one hangs.
void Handle(int signal) {
  const bool stop = signal == SIGTERM || signal == SIGINT;
  if (stop && stopping.exchange(true)) _exit(128 + signal);
  Send(static_cast<unsigned char>(signal));
}

void SetAction(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  HYPNOS_CHECK(sigaction(signal, &action, nullptr) == 0);
}

}  // namespace

Signals::Signals(Actions actions) {
  int ends[2];
  HYPNOS_CHECK(pipe2(ends, O_CLOEXEC) == 0);
  read_end_ = ends[0];
  write_end = ends[1];
  stopping = false;
  thread_ = std::thread([this, actions = std::move(actions)] { Loop(actions); });
  for (const int signal : kHandled) SetAction(signal, Handle);
  for (const int signal : kIgnored) SetAction(signal, SIG_IGN);
  // Ignored, as whoever started this may have left it, children could not be waited for.
  SetAction(SIGCHLD, SIG_DFL);
}

Signals::~Signals() {
  for (const int signal : kHandled) SetAction(signal, SIG_DFL);
  for (const int signal : kIgnored) SetAction(signal, SIG_DFL);
  Send(kEnd);
  thread_.join();
  close(write_end.exchange(-1));
  close(read_end_);
}

void Signals::Loop(const Actions& actions) const {
  unsigned char signal = 0;
  while (read(read_end_, &signal, 1) == 1 && signal != kEnd) {
    switch (signal) {
      case SIGHUP:
        actions.reload();
        break;
      case SIGUSR1:
        log::Info("signal USR1: the log goes to standard error, and there is nothing to reopen");
        break;
      default:
        log::Info(
            "stopping: finishing the frames under way (a second Ctrl-C or TERM ends it at once)");
        actions.stop();
    }
  }
}

}  // namespace hypnos

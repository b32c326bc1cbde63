#include "lab/interrupt.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>

#include "hypnos/base/check.h"

namespace hypnos::lab {
namespace {

constexpr int kHandled[] = {SIGINT, SIGTERM};

// For the handler, to which nothing can be handed.
std::atomic<bool> interrupted = false;
static_assert(std::atomic<bool>::is_always_lock_free);

void Handle(int signal) {
  if (interrupted.exchange(true)) _exit(128 + signal);
}

void SetAction(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  HYPNOS_CHECK(sigaction(signal, &action, nullptr) == 0);
}

}  // namespace

Interrupt::Interrupt() {
  interrupted = false;
  for (const int signal : kHandled) SetAction(signal, Handle);
}

Interrupt::~Interrupt() {
  for (const int signal : kHandled) SetAction(signal, SIG_DFL);
}

bool Interrupt::requested() const { return interrupted; }

}  // namespace hypnos::lab

#include "cli/end_signals.h"

namespace hypnos::cli {
namespace {

volatile sig_atomic_t g_signal = 0;

void Note(int number) { g_signal = number; }

}  // namespace

EndSignals::EndSignals() {
  g_signal = 0;
  sigset_t held;
  sigemptyset(&held);
  struct sigaction action {};
  action.sa_handler = Note;
  for (size_t i = 0; i < kSignals.size(); ++i) {
    sigaddset(&held, kSignals[i]);
    sigaction(kSignals[i], &action, &before_[i]);
    // nohup and the like: what was ignored stays so.
    if (before_[i].sa_handler == SIG_IGN) sigaction(kSignals[i], &before_[i], nullptr);
  }
  sigprocmask(SIG_BLOCK, &held, &mask_before_);
}

EndSignals::~EndSignals() {
  for (size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &before_[i], nullptr);
  sigprocmask(SIG_SETMASK, &mask_before_, nullptr);
}

int EndSignals::Wait(pollfd* descriptors, size_t count, int timeout_ms) const {
  const timespec timeout{timeout_ms / 1000, timeout_ms % 1000 * 1000000L};
  return ppoll(descriptors, count, &timeout, &mask_before_);
}

int EndSignals::came() { return g_signal; }

}  // namespace hypnos::cli

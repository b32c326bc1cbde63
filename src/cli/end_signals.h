// Holds back the signals that end a program while it has a terminal to put in order, and lets them
// end it afterwards.
// Threads: one object at a time, on the only thread.
#pragma once

#include <poll.h>
#include <signal.h>

#include <array>

namespace hypnos::cli {

class EndSignals {
 public:
  EndSignals();
  // The signals mean again what they did before.
  ~EndSignals();
  EndSignals(const EndSignals&) = delete;
  EndSignals& operator=(const EndSignals&) = delete;

  // As poll(), but signals come only while it waits: none is overlooked between two calls. Negative
  // where a signal has ended the waiting.
  int Wait(pollfd* descriptors, size_t count, int timeout_ms) const;

  // The signal that came, 0 while none has.
  static int came();

 private:
  static constexpr std::array kSignals = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

  std::array<struct sigaction, kSignals.size()> before_{};
  sigset_t mask_before_{};
};

}  // namespace hypnos::cli

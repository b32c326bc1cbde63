// When to be awake and when to sleep, as a pure state machine over counts: no clock, no threads.
//
//   awake --wake_steps learned--> asleep --sleep_steps dreamed--> awake
//
// Who is not ready to sleep when it is time stays awake until it is. Either phase may also be ended
// from outside.
// Threads: thread-compatible.
#pragma once

#include <cstdint>

namespace hypnos {

struct WakeSleepOptions {
  // Either 0: never sleeps.
  uint64_t wake_steps = 128;
  uint64_t sleep_steps = 32;
};

class WakeSleep {
 public:
  explicit WakeSleep(const WakeSleepOptions& options) : options_(options) {}

  bool asleep() const { return asleep_; }
  // How far the present phase has come, and how long it is; 0: it has no end.
  uint64_t step() const { return step_; }
  uint64_t length() const {
    if (asleep_) return asked_ > 0 ? asked_ : options_.sleep_steps;
    return options_.sleep_steps == 0 ? 0 : options_.wake_steps;
  }
  uint64_t sleeps() const { return sleeps_; }

  // Falls asleep now, for so many steps; 0: as many as usual, and where that is 0 without an end.
  // Precondition: awake.
  void SleepNow(uint64_t steps) {
    asleep_ = true;
    step_ = 0;
    asked_ = steps;
  }

  // Wakes up now; what was slept counts as a sleep. Precondition: asleep.
  void WakeNow() {
    ++sleeps_;
    asleep_ = false;
    step_ = asked_ = 0;
  }

  // A learning step was made in the present phase. Returns true if it ended the phase.
  bool OnStep(bool may_sleep = true) {
    if (length() == 0) return false;
    if (step_ < length()) ++step_;
    if (step_ < length() || (!asleep_ && !may_sleep)) return false;
    if (asleep_) {
      WakeNow();
    } else {
      SleepNow(0);
    }
    return true;
  }

 private:
  WakeSleepOptions options_;
  bool asleep_ = false;
  uint64_t step_ = 0;
  uint64_t asked_ = 0;  // the length of this sleep; 0: the usual one
  uint64_t sleeps_ = 0;
};

}  // namespace hypnos

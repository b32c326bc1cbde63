// When to be awake and when to sleep, as a pure state machine over counts, what the probe set says,
// and the time, all of which are passed in: no clock, no threads.
//
//   awake --wake_steps learned, hours, need, quiet, command--> asleep
//   asleep --sleep_steps dreamed, hours over, recovered, overslept, finished, frames, command-->
//   awake
//
// Any of these may be combined; the first one counts. Who is not ready to sleep when it is time
// (nothing is remembered yet) stays awake until it is.
// By counts and probes alone the same frames sleep at the same steps; by the time they do not.
// Threads: thread-compatible.
#pragma once

#include <cstdint>
#include <optional>

#include "hypnos/base/clock.h"
#include "hypnos/base/state_archive.h"
#include "hypnos/schedule/daily_hours.h"
#include "hypnos/schedule/sleep_need.h"

namespace hypnos {

// Why a phase began, or would not go on.
enum class PhaseCause {
  kStart,      // nothing came before it
  kSteps,      // it had its length
  kCommand,    // somebody asked for it
  kHours,      // it is time, or no longer
  kNeed,       // the probe set says that sleep is needed
  kQuiet,      // no frame has come for long
  kRecovered,  // the probe set says that it has slept enough
  kOverslept,  // ... or too much
  kFinished,   // dreams have nothing more to teach
  kFrames,     // frames come again
  kLongest,    // it lasted as long as a sleep may
};

// "steps", "command" and so on.
const char* ToString(PhaseCause cause);

struct WakeSleepOptions {
  // By count: awake for so many steps that are learned from, then asleep for so many. Either 0:
  // not by count.
  uint64_t wake_steps = 128;
  uint64_t sleep_steps = 32;
  // In these hours it sleeps, once in each stretch.
  std::optional<DailyHours> hours = std::nullopt;
  // Judged whenever the probe set was scored, but not before it was awake for so many steps.
  SleepNeed need = {};
  uint64_t least_wake_steps = 64;
  // ... and it ends at the latest after so many: what does not help must not last; 0: no longest.
  uint64_t longest_need_steps = 1000;
  // Where no frame came for so long, until one comes; zero: not.
  Duration quiet{};
  // Of a sleep that is neither by count nor out of need; 0: it has no longest.
  uint64_t longest_sleep_steps = 0;
  // Whether a sleep, of whatever cause, ends where learning has finished.
  bool wake_when_finished = false;
};

class WakeSleep {
 public:
  explicit WakeSleep(const WakeSleepOptions& options) : options_(options) {}

  bool asleep() const { return asleep_; }
  // Why the present phase began.
  PhaseCause cause() const { return cause_; }
  // How far the present phase has come, and how long it is; 0: it has no end that is known.
  uint64_t step() const { return step_; }
  uint64_t length() const;
  uint64_t sleeps() const { return sleeps_; }

  // Asleep for hours or quiet that the options do not know: loaded from when they did.
  bool has_lost_its_cause() const {
    return asleep_ && ((cause_ == PhaseCause::kHours && !options_.hours) ||
                       (cause_ == PhaseCause::kQuiet && options_.quiet <= Duration::zero()));
  }

  bool watches_clock() const { return options_.hours || options_.quiet > Duration::zero(); }

  // Falls asleep now, for so many steps; 0: as many as usual, and where that is 0 as long as any
  // may. Precondition: awake.
  void SleepNow(uint64_t steps);

  // Wakes up now; what was slept counts as a sleep. In hours of sleep it stays awake until the next
  // ones. Precondition: asleep.
  void WakeNow();

  // Each of these returns true if it ended the phase.
  // A learning step was made in the present phase.
  bool OnStep(bool may_sleep = true);
  // The probe set was scored. `finished`: updates cancel, and every layer tells real from not.
  bool OnProbe(const ProbeSignals& signals, bool finished, bool may_sleep);
  // Now and then, between two frames or two dreams. `quiet_for`: since the last frame came; zero
  // where one waits.
  bool OnTime(WallTime now, Duration quiet_for, bool may_sleep);
  // What OnTime ended, and why, in a run that is repeated, where nobody asks OnTime.
  void Follow(PhaseCause cause) { asleep_ ? WakeUp(cause) : FallAsleep(cause); }

  // Goes back to where it was in that phase. Hours and quiet are those of now, and sleeps go on
  // being counted.
  void ReturnTo(const WakeSleep& before);

  void ExchangeState(StateArchive& archive);

 private:
  bool by_count() const { return options_.wake_steps > 0 && options_.sleep_steps > 0; }
  bool FallAsleep(PhaseCause cause, uint64_t asked = 0);
  bool WakeUp(PhaseCause cause);

  WakeSleepOptions options_;
  bool asleep_ = false;
  PhaseCause cause_ = PhaseCause::kStart;
  uint64_t step_ = 0;
  uint64_t asked_ = 0;  // the length of this sleep; 0: the usual one
  uint64_t sleeps_ = 0;
  bool in_hours_ = false;
  // These hours, or this quiet, have had their sleep.
  bool hours_used_ = false;
  bool quiet_used_ = false;
};

}  // namespace hypnos

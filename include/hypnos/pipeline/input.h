// What reaches a pipeline from outside, in the order in which it takes effect. With options, seed
// and what it began from, that is all that its weights hang on: whoever is told of it can record
// it, and a pipeline that is given it again comes to the same weights, bit for bit, whatever the
// number of threads, clocks and queues.
//
// Moments count what a pipeline does, in one order: frames and ends of streams that are taken, what
// the schedule makes of the probe set and the clock; asleep, dreams that begin and frames of them.
// What is asked for takes effect between two moments, as commands do.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "hypnos/base/result.h"
#include "hypnos/schedule/wake_sleep.h"
#include "hypnos/sources/frame.h"

namespace hypnos {

class PipelineControl;
class StateArchive;

struct StreamAdded {
  std::string stream;
  // It is one of those that the state was waiting for, and its next frame follows the last one.
  bool continues = false;
};
struct StreamRemoved {
  std::string stream;
};
// As it came from its source; what commands make of it follows from them.
struct FrameTaken {
  std::string stream;
  Frame frame;
};
struct StreamEnded {
  std::string stream;
  std::optional<Error> error;  // why it broke off
};
struct LearningSwitched {
  bool on = true;
};
struct LearningHeld {
  bool hold = true;
};
struct SleepOrdered {
  uint64_t steps = 0;  // 0: as many as usual
};
struct WakeOrdered {
  bool after_dream = false;  // under way; otherwise at once
};
struct LabelOrdered {
  std::string stream;  // empty: of all
  std::optional<size_t> label;
};
struct NoveltyJudged {
  std::string stream;
  uint64_t event = 0;
  bool confirmed = false;  // otherwise dismissed
};
// After the guard had stopped it, or rolled back.
struct GuardResumed {
  bool full_rate = false;
};
// The time, or the quiet, ended the phase: kHours, kQuiet or kFrames.
struct ClockEndedPhase {
  PhaseCause cause = PhaseCause::kHours;
};
// What was learned no longer follows from what came, but is what was saved once: at the beginning,
// where a state was loaded, or later, where one was restored or weights were imported.
struct StateReplaced {
  bool begins = false;
  // Told: saves what is learned now; for as long as OnInput takes. Null in a script.
  PipelineControl* control = nullptr;
  // In a script: what was saved then. Null where it is told.
  std::shared_ptr<StateArchive> state = {};
};
// All streams had ended, or it was told to stop.
struct RunEnded {
  bool stopped = false;
};

using PipelineInput =
    std::variant<StreamAdded, StreamRemoved, FrameTaken, StreamEnded, LearningSwitched,
                 LearningHeld, SleepOrdered, WakeOrdered, LabelOrdered, NoveltyJudged, GuardResumed,
                 ClockEndedPhase, StateReplaced, RunEnded>;

// Threads: called by whoever runs the pipeline or gives a command, one call after the other. It
// must not change what is learned, and holds learning up for as long as a call takes.
class InputObserver {
 public:
  virtual ~InputObserver() = default;
  virtual void OnInput(uint64_t moment, const PipelineInput& input) = 0;
};

struct TimedInput {
  uint64_t moment = 0;
  PipelineInput input;
};

// What a pipeline was given before, to be given again. Threads: called by one thread.
class InputScript {
 public:
  virtual ~InputScript() = default;
  // The next one; none at the end. Errors end the run. What it gives must fit the pipeline's
  // options: frames of the kind that is encoded, labels that are one of the classes.
  virtual Result<std::optional<TimedInput>> Next() = 0;
};

}  // namespace hypnos

// What may be asked of a pipeline while it runs. Commands are done by the thread that runs it,
// between two steps, in the order in which they came.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "hypnos/base/clock.h"
#include "hypnos/base/result.h"
#include "hypnos/base/state_archive.h"
#include "hypnos/pipeline/look.h"
#include "hypnos/pipeline/report.h"
#include "hypnos/pipeline/stream_input.h"

namespace hypnos {

struct PipelinePhase {
  bool asleep = false;
  PhasePosition position;
  uint64_t sleeps = 0;
};

// After how much a state was saved.
struct StateCounts {
  uint64_t frames = 0;  // seen
  uint64_t steps = 0;   // learned from, awake and asleep
};

// What was taken over from another network, and what was not and why: a sentence each.
struct ImportReport {
  std::vector<std::string> taken, left;
};

// What lasts of what was learned: see lasting.h.
struct LastingState {
  std::vector<float> weights;
  std::string shapes;
  uint64_t steps = 0;  // learned
};

// What came of moving the weights.
struct BlendReport {
  bool done = true;     // false: it would have worsened the figures, and nothing has changed
  bool judged = false;  // there was a probe set to judge by
  // LayerProbe::auc per layer, of the weights as they were and as they would be; empty where that
  // was not judged.
  std::vector<double> auc_before, auc_after;
  Duration took{};  // learning waited so long
};

// The pipeline as a command sees it; valid while the command runs.
class PipelineControl {
 public:
  virtual ~PipelineControl() = default;

  virtual PipelinePhase phase() const = 0;

  // Off: nothing is learned from any frame, and a sleep ends at once. A change resets the recurrent
  // state before the next frame: a memory or a dream must not span it.
  // False: it was so already. kFailedPrecondition: RULE_ONLY_LOOKS, the rule learns nothing, and
  // there are no labels to be read out; GUARD_STOPPED_LEARNING, it is for ResumeLearning to go on.
  virtual Result<bool> SetLearning(bool on) = 0;
  // Learning stands still for a while, whatever SetLearning says, which is kept for afterwards, and
  // alone is saved. False: it was so already.
  virtual bool HoldLearning(bool hold) = 0;
  // Neither switched off nor held, nor stopped by the guard.
  virtual bool learns() const = 0;

  // Where the guard has stopped learning it goes on, and its attempts count from 0 again; the rate
  // stays as low as it is, unless `full_rate` is asked for. False: there was nothing to resume
  // from. kFailedPrecondition, reason GUARD_IS_OFF.
  virtual Result<bool> ResumeLearning(bool full_rate) = 0;

  // Falls asleep now, for so many steps; 0: as many as usual, and where that is 0 until woken.
  // False: it was asleep already, and goes on as it was.
  // kFailedPrecondition: NO_NETWORK, ENDED, RULE_NEVER_SLEEPS, LEARNING_IS_OFF,
  // LEARNING_STANDS_STILL, GUARD_STOPPED_LEARNING, NOTHING_REMEMBERED.
  virtual Result<bool> SleepNow(uint64_t steps) = 0;

  // Wakes up now, or when the dream under way has ended. What was learned stays. False: it was
  // awake.
  virtual bool WakeNow() = 0;
  virtual bool WakeAfterDream() = 0;

  // One more stream, from the next frame on. One of the same name that has ended makes room for it.
  // Precondition: none of the same name goes on.
  virtual void AddStream(const StreamInput& stream) = 0;
  // Behind the last frame that was taken of this stream, also where it has ended. Null: there is
  // no such stream, or its source has told none.
  virtual std::shared_ptr<const SourcePlace> PlaceOf(const std::string& stream) const = 0;
  // False: there is none of that name. The queue is left alone from now on, and what was learned
  // from it stays.
  virtual bool RemoveStream(const std::string& name) = 0;

  // What frames of this stream, or of all and of those that are added later, show from the next one
  // on, whatever their source says; none: what their source says. False: there is no such stream.
  // Precondition: it is one of the classes.
  virtual bool SetLabel(std::optional<size_t> label, const std::string& stream) = 0;
  bool SetLabel(std::optional<size_t> label) { return SetLabel(label, ""); }

  // What somebody has decided about an event of this stream; see Novelty. False: it is none of the
  // last ones.
  enum class Verdict { kDismissed, kConfirmed };
  virtual bool JudgeNovelty(const std::string& stream, uint64_t event, Verdict verdict) = 0;

  // Scores the probe set, with learning off. kFailedPrecondition: NO_NETWORK, NO_PROBES where none
  // is configured, PROBES_NOT_COLLECTED; kResourceExhausted: OUT_OF_MEMORY.
  virtual Result<ProbeReport> Probe() = 0;

  // All that the next step depends on: a pipeline of the same options that loads it goes on from it
  // bit for bit. What the archive points to stays as it is until the command ends. Changes nothing.
  // kFailedPrecondition, reason NO_NETWORK.
  virtual Result<StateCounts> SaveState(StateArchive& archive) = 0;

  // Goes back to what was learned and remembered when it was saved. Streams go on where they are,
  // after a cut; the probe set stays. It takes the memory of the network a second time. Where it
  // fails nothing has changed. Errors: those of the archive; kResourceExhausted, reason
  // OUT_OF_MEMORY.
  virtual Status RestoreState(StateArchive& archive) = 0;

  // Takes over the weights of layers and read-outs that have the same size in both networks, and
  // goes on learning from them as if from the start. A sleep ends. kFailedPrecondition, reason
  // NO_NETWORK.
  virtual Result<ImportReport> Import(const Network& other) = 0;

  // Awake and asleep.
  virtual uint64_t learned_steps() const = 0;

  // A copy. kFailedPrecondition, reason NO_NETWORK; kResourceExhausted, reason OUT_OF_MEMORY.
  virtual Result<LastingState> TakeLasting() = 0;

  // W <- W + (to - from), of rows as TakeLasting gives them: what was collected stays and goes on,
  // and streams go on after a cut. Refused where the probe set has been collected and the AUC of a
  // layer would be less by more than `tolerance`. kFailedPrecondition: NO_NETWORK, LEARNING_IS_OFF,
  // WEIGHTS_DO_NOT_FIT; kInvalidArgument, reason WEIGHTS_NOT_FINITE; kResourceExhausted, reason
  // OUT_OF_MEMORY. Nothing has changed then.
  virtual Result<BlendReport> Blend(std::span<const float> from, std::span<const float> to,
                                    double tolerance) = 0;

  // With states and picture of this stream, or of the first one that has shown anything.
  // kFailedPrecondition, reason NO_NETWORK, or NO_FRAME where it has shown nothing; kNotFound,
  // reason SOURCE_NOT_FOUND; kResourceExhausted, reason OUT_OF_MEMORY.
  virtual Result<Look> TakeLook(const LookParts& parts, const std::string& stream) = 0;
  Result<Look> TakeLook(const LookParts& parts) { return TakeLook(parts, ""); }
};

// Must not throw, nor post another.
using PipelineCommand = std::function<void(PipelineControl&)>;

}  // namespace hypnos

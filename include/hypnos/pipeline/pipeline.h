// From queues of frames to a learning network: who does what at which step, in a flow graph.
//
//   frames -> [encode] -> [imagine] -> [layer 1] … [layer L] -> [read-out] -> [output]
//
// Each stage is serial in itself and all run at the same time: while the layers work on step t,
// t+1 is being encoded and t-1 read out. A layer's node waits for the step and for its neighbours'
// and its own outputs of the step before; nothing else orders the layers. A step whose input is
// dreamed waits for the read-out of the step before.
// The number of steps under way is bounded; the bits of every result depend on the seed and the
// frames only, not on the number of threads.
//
// Several streams share one network: each step is a frame of one of them, with the states of that
// one. They take turns, in the order in which they were added. Where none is live (see
// StreamInput) each is waited for in its turn, so that the order of frames, and with it all bits,
// is that of the streams alone; otherwise who has no frame is passed over. So a stream gets its
// share however fast the others come, and a frame waits for no more than a queue of its own stream
// and one turn of the others for each frame in it. All must be of the same size once they are
// encoded.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hypnos/base/clock.h"
#include "hypnos/base/result.h"
#include "hypnos/diagnostics/guard.h"
#include "hypnos/network/network.h"
#include "hypnos/novelty/options.h"
#include "hypnos/pipeline/command.h"
#include "hypnos/pipeline/input.h"
#include "hypnos/pipeline/report.h"
#include "hypnos/pipeline/workers.h"
#include "hypnos/replay/negative_choice.h"
#include "hypnos/schedule/wake_sleep.h"
#include "hypnos/sources/encoder.h"
#include "hypnos/sources/frame_queue.h"

namespace hypnos {

// What is remembered of the stream.
struct MemoryOptions {
  // Sequences that sleep replays and dreams from.
  size_t sequences = 16;
  // Real frames that the network looks at before a dream begins.
  size_t context_frames = 6;  // at least 2: one error is needed
  // Distance between the beginnings of sequences; at least their length is taken.
  size_t interval_frames = 12;
  // Errors of the generator, added to dreamed frames.
  size_t residuals = 32;
};

// A fixed set of sequences, the first ones learned from, that is scored again and again with
// learning off: see diagnostics/probe_figures.h.
struct ProbeOptions {
  // 0: no probing; otherwise at least 2.
  size_t sequences = 6;
  // Frames between the beginnings of two; at least their length is taken.
  size_t interval_frames = 32;
  // Places of a frame that are kept, at most.
  size_t locations = 64;
  bool after_sleep = true;
  // Steps learned from since the last time, awake or asleep; 0: never.
  uint64_t every_steps = 1000;
};

// What becomes of frames that come during sleep and would be lost (OnFull::kDropOldest). Others
// wait.
enum class WhileAsleep {
  kLook,      // they are looked at, and reported as kept back: nothing is learned from them
  kRemember,  // they are looked at, and sequences of them remembered: what is recalled later in
              // this sleep, or in another one, may be of them
  kWait,  // they wait, up to PipelineOptions::asleep_frames of each stream, and are learned from
          // later
  kDrop,  // but for those that always may wait, they are lost, the oldest first
};

// What each stream's novelty is told by, beside how much changes.
enum class SurpriseKind {
  kGoodness,  // what each layer takes for fake: its log-odds, with the sign changed
  kPredictionError,
};
inline constexpr size_t kSurpriseKinds = 2;

struct PipelineNovelty {
  // In range, see Novelty::Create.
  NoveltyOptions options;
  SurpriseKind by = SurpriseKind::kGoodness;
};

struct PipelineOptions {
  uint64_t seed = 1;
  EncoderOptions encoder;
  NetworkOptions network;
  // Steps for which one frame is held.
  int steps_per_frame = 1;
  WakeSleepOptions schedule;
  WhileAsleep while_asleep = WhileAsleep::kLook;
  size_t asleep_frames = 250;
  // Length of one dream, or of any other negative sequence, in frames.
  int dream_steps = 8;
  // What is learned against, sequence by sequence. Frames that are not learned from are told from
  // dreams, whatever stands here: so that figures can be compared.
  NegativeWeights negatives;
  MemoryOptions memory;
  ProbeOptions probe;
  // Judges by the probe set whenever that is scored but for being asked.
  GuardOptions guard;
  // Of each stream by itself; none: nothing is told.
  std::optional<PipelineNovelty> novelty;
  int threads = 0;  // 0: one for each core
  // Layers that are computed elsewhere, from the first one on; null, and those that are not named,
  // are computed here. Asked for whenever a network is made; they outlive the pipeline.
  std::function<std::vector<RemoteLayer*>()> remote_layers;
  // Instead of threads of its own.
  std::shared_ptr<Workers> workers = nullptr;
  size_t frames_in_flight = 3;
};

// Threads: Run is called by one thread. Stop and Post may be called from any.
class Pipeline {
 public:
  // `clock` and `observer` must outlive the pipeline.
  Pipeline(const PipelineOptions& options, const Clock& clock, PipelineObserver& observer);
  ~Pipeline();

  // Runs until all streams that were added have ended, or Stop is called; steps under way are
  // finished. The network is made when the first frame shows its size. May be called again where
  // streams were added since: the network goes on as it is.
  // A stream that breaks off ends by itself (see StreamEnd), what came before has been learned from
  // and reported; so does one whose frames are not of the size of the others', kInvalidArgument,
  // reason FRAME_SIZE, and one without a frame, kNotFound, reason NO_FRAMES.
  // Errors: kInvalidArgument where options and frame do not fit; kResourceExhausted where the
  // network does not fit into memory; those of a remote layer without which it cannot go on.
  Result<RunSummary> Run();

  // Before anything else: who is told of all that comes from outside. It must outlive the pipeline.
  void SetInputObserver(InputObserver* observer);

  // As Run, of what a recording says instead of streams that were added, up to where it was
  // stopped or says no more. Commands may look; none may change what is learned.
  // Errors: also those of the script; kDataLoss, reason REPLAY_DIVERGED, where what it says cannot
  // have come in this run: other options, or something is missing in it.
  Result<RunSummary> Replay(InputScript& script);

  // One stream alone, without a name. That it broke off is an error of the run.
  Result<RunSummary> Run(FrameQueue& queue);

  // Goes on from a state that was saved (see PipelineControl::SaveState) by a pipeline of the same
  // options; before anything else. Its streams wait for their sources, which are added by name;
  // those that are not wanted any more are to be removed. Where it fails nothing has changed.
  // Errors: those of the archive, and of Network::Create; kResourceExhausted, reason OUT_OF_MEMORY.
  Status Load(StateArchive& archive);
  // The streams that wait, in the order of their turns.
  struct AwaitedStream {
    std::string name;
    uint64_t frames = 0;  // that it has given
    // Behind the last of them; null where its source told none.
    std::shared_ptr<const SourcePlace> place = nullptr;
  };
  std::vector<AwaitedStream> awaited_streams() const;

  // Run returns after the steps under way.
  void Stop();

  // The command is done between two steps, soon; also where the pipeline waits for a frame, or
  // dreams. Before and after Run it is done at once. Where Run ends in an error of a stage,
  // commands that were not begun may be destroyed instead.
  void Post(PipelineCommand command);

  // What was done so far, also after Run ended in an error. Not while it runs.
  const RunSummary& summary() const;
  // Null before the first frame. Not while Run is under way.
  const Network* network() const;

 private:
  class Driver;
  PipelineOptions options_;
  const Clock& clock_;
  PipelineObserver& observer_;
  std::unique_ptr<Driver> driver_;
};

}  // namespace hypnos

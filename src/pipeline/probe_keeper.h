// Collects the probe set, and scores it: the first whole sequences that are learned from, of
// whichever stream, some way apart within it, each with a dream of that time.
// What has no room in memory is done without: probing ends, learning goes on.
// Threads: thread-compatible; all calls come from the thread that submits steps. Where it says so,
// nothing may be under way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "hypnos/base/result.h"
#include "hypnos/diagnostics/prober.h"
#include "hypnos/pipeline/look.h"
#include "hypnos/pipeline/pipeline.h"
#include "hypnos/replay/sequence_memory.h"
#include "pipeline/memory_ledger.h"

namespace hypnos {

class ProbeKeeper {
 public:
  ProbeKeeper(const PipelineOptions& options, const Rng& rng);

  // What the memory must hold for it; it observes every frame that is learned from.
  static SequenceMemoryOptions MemoryFor(const PipelineOptions& options);

  // What is being collected of one stream.
  class Collection {
   public:
    explicit Collection(const PipelineOptions& options);

    // A frame was remembered that is not learned from, so that the sequence is none any more.
    void Abandon() { ledger_.Abandon(); }

    void ExchangeState(StateArchive& archive, const PlaneShape& frame);

   private:
    friend class ProbeKeeper;
    MemoryLedger ledger_;
    size_t position_ = 0;  // frames of the sequence that is being collected
    std::vector<HalfBuffer> dream_;
  };

  // What is to be done before the stream's next frame that is learned from, when nothing is under
  // way.
  enum class Need {
    kNothing,
    kBegin,   // SequenceMemory::Begin: a sequence begins with it
    kDream,   // Dream: the context has ended, and the frame is the first of what followed
    kFreeze,  // Freeze: all sequences are there
  };
  Need BeforeFrame(Collection& stream, bool after_cut) const;
  // After it was submitted.
  void CountFrame(Collection& stream);

  // `look` with weights, picture and residuals.
  void Dream(Collection& stream, Result<Look> look);
  // Nothing may be under way.
  void Freeze(const SequenceMemory& memory, const Network& network);

  bool ready() const { return prober_.has_value(); }
  // Whether the memory is still needed.
  bool collecting() const { return collecting_; }
  // Loading: `network` is of the shape of the frames of which the set is.
  void ExchangeState(StateArchive& archive, const Network& network);
  // kFailedPrecondition: NO_PROBES where none are wanted, PROBES_NOT_COLLECTED where the stream has
  // not yet had enough; kResourceExhausted: OUT_OF_MEMORY.
  Status MayScore() const;
  // None: there was no memory for it, and it is no longer ready. Precondition: ready. Nothing may
  // be under way.
  std::optional<ProbeFigures> Score(Network& network, Executor& executor);
  // Of any weights of the same shapes.
  std::optional<ProbeFigures> Score(const std::vector<LayerParameters>& layers, Executor& executor);

 private:
  void GiveUp();
  void MakeProber(const Network& network);

  const NetworkOptions& network_options_;
  int steps_per_frame_;
  size_t sequences_;
  ProbeSetOptions set_options_;
  Rng rng_;
  bool collecting_;
  bool out_of_memory_ = false;
  std::vector<std::vector<HalfBuffer>> dreams_;
  std::optional<ProbeSet> set_;
  std::optional<Prober> prober_;
};

}  // namespace hypnos

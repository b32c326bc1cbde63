// One stream of frames on its way through the network: all that is its own and not the network's.
// Weights, generator, schedule and remembered sequences belong to all streams together.
// Threads: each part belongs to the stage that is named; where nothing is under way, all of it to
// the thread that submits steps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hypnos/novelty/novelty.h"
#include "hypnos/novelty/series_novelty.h"
#include "hypnos/pipeline/pipeline.h"
#include "hypnos/replay/residual_memory.h"
#include "hypnos/sources/encoder.h"
#include "pipeline/memory_ledger.h"
#include "pipeline/negative_lane.h"
#include "pipeline/probe_keeper.h"

namespace hypnos {

struct Stream {
  // `sequence_frames`: of a remembered sequence. `place`: which of the network's streams it is.
  Stream(const StreamInput& input, size_t place, const PipelineOptions& options,
         size_t sequence_frames);

  Lane lane(Lane of_first) const { return OfStream(of_first, place); }
  // None has ended: its queue is null.
  bool ended() const { return queue == nullptr; }

  // All that the next frame depends on but for the network's lanes. `frame`: the shape of those
  // that were remembered.
  Status ExchangeState(StateArchive& archive, const EncoderOptions& encoder,
                       const PlaneShape& frame);

  // Where novelty is watched for: as if nothing had been seen, but for the numbers of events.
  void ForgetUsual();

  // One that goes on from a state in which it was not watched for, or otherwise, begins anew; and
  // where it is no longer watched for, what was known is dropped.
  void ExchangeNovelty(StateArchive& archive);
  void ExchangeUsual(StateArchive& archive);

  const std::string name;
  const size_t place;

  // The encode stage's. Null before the first frame.
  std::unique_ptr<Encoder> encoder;

  // The read-out's, which writes them, and of who makes dreams of them after it. Errors of about
  // the time that a dream is of: one that adds errors of another hour is told from real by what
  // else happened then. Of frames to learn from and of others.
  ResidualMemory residuals, held_out_residuals;
  // Of the last frame, at each place; see Look.
  std::vector<float> surprise;

  // The output's. Null where it is not watched for.
  std::unique_ptr<Novelty> novelty;
  // Of a series: what it judges instead of maps of a picture.
  std::unique_ptr<SeriesNovelty> series;
  const std::optional<PipelineNovelty> novelty_options;

  // The output's: what the labelled frame before showed.
  std::optional<size_t> label_before;

  // The rest is of the thread that submits steps.
  FrameQueue* queue;
  const bool is_series;  // its frames are rows
  bool waited_for;
  // It was loaded, and its source has not been added yet.
  bool awaited = false;
  // Frames that it has given, whether they were learned from or not.
  uint64_t frames_taken = 0;
  // Behind the last of them, where its source has told one.
  std::shared_ptr<const SourcePlace> source_place;
  std::optional<size_t> live_label;  // set by a command
  bool switched = false;             // learning, since its last frame
  // The last frame that was shown.
  std::string clip;
  int64_t frame = 0;
  bool learned = true;
  bool held_out_since_learning = false;
  int64_t real_ticks = 0;
  int64_t labelled_ticks = 0;
  int64_t age = 0;  // real ticks since the last discontinuity
  // There was one since the last frame that was learned from.
  bool cut = true;
  // Errors that are remembered since the last one: of frames with one before them, and not kept
  // back.
  int64_t errors = 0;
  // What runs beside it: dreams, and negatives of other kinds.
  NegativeLane negative_lane;
  MemoryLedger ledger;
  ProbeKeeper::Collection probing;
};

}  // namespace hypnos

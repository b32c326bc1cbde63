#include "pipeline/stream.h"

namespace hypnos {

Stream::Stream(const StreamInput& input, size_t at, const PipelineOptions& options,
               size_t sequence_frames)
    : name(input.name),
      place(at),
      residuals(options.memory.residuals),
      held_out_residuals(options.memory.residuals),
      queue(input.queue),
      waited_for(input.waited_for),
      negative_lane(OfStream(Lane::kDream, at), options.dream_steps, options.steps_per_frame),
      ledger(sequence_frames, options.memory.interval_frames),
      probing(options) {}

}  // namespace hypnos

#include "pipeline/stream.h"

#include <utility>

#include "hypnos/base/check.h"

namespace hypnos {
namespace {

// More than a picture has.
constexpr size_t kMostPlaces = size_t{1} << 30;

}  // namespace

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
      probing(options) {
  if (!options.novelty) return;
  surprise_kind = options.novelty->by;
  ForgetUsual(options);
}

void Stream::ForgetUsual(const PipelineOptions& options) {
  if (!options.novelty) return;
  Result<Novelty> made = Novelty::Create(options.novelty->options);
  HYPNOS_CHECK(made.ok());
  if (novelty != nullptr) made->NumberAbove(novelty->last_number());
  novelty = std::make_unique<Novelty>(std::move(*made));
  if (std::holds_alternative<SeriesEncoderOptions>(options.encoder)) {
    series = std::make_unique<SeriesNovelty>(SeriesNoveltyOptions());
  }
}

void Stream::ExchangeNovelty(StateArchive& archive) {
  const StateArchive::Scope scope(archive, "novelty");
  const bool is_there =
      archive.loading() ? archive.SavedShape("by").has_value() : novelty != nullptr;
  if (!is_there) return;
  const auto own = static_cast<size_t>(surprise_kind);
  const size_t by = archive.Count("by", own, kSurpriseKinds - 1);
  if (novelty != nullptr && by == own) {
    novelty->ExchangeState(archive);
    const StateArchive::Scope part(archive, "series");
    if (series != nullptr) series->ExchangeState(archive);
    return;
  }
  Result<Novelty> dropped = Novelty::Create({});
  HYPNOS_CHECK(dropped.ok());
  dropped->ExchangeState(archive);
  const StateArchive::Scope part(archive, "series");
  SeriesNovelty dropped_series({});
  if (archive.SavedShape("columns")) dropped_series.ExchangeState(archive);
}

Status Stream::ExchangeState(StateArchive& archive, const EncoderOptions& encoder_options,
                             const PlaneShape& shape) {
  const auto exchange = [&](const char* part, auto& object) {
    const StateArchive::Scope scope(archive, part);
    object.ExchangeState(archive);
  };
  bool has_encoder = encoder != nullptr;
  archive.Number("has_encoder", has_encoder);
  if (has_encoder) {
    if (archive.loading()) {
      HYPNOS_ASSIGN_OR_RETURN(encoder, MakeEncoder(encoder_options));
    }
    exchange("encoder", *encoder);
  }
  exchange("residuals", residuals);
  exchange("held_out_residuals", held_out_residuals);
  for (const ResidualMemory* memory : {&residuals, &held_out_residuals}) {
    if (!memory->empty() && memory->shape() != shape)
      archive.Refuse("residuals", "are of no frame");
  }
  const size_t places = archive.Count("surprise_places", surprise.size(), kMostPlaces);
  if (archive.loading()) surprise.resize(places);
  archive.Values("surprise", std::span(surprise), {places});
  ExchangeNovelty(archive);
  archive.Number("label_before", label_before);
  archive.Number("live_label", live_label);
  archive.Number("switched", switched);
  archive.Number("frames_taken", frames_taken);
  archive.Text("clip", clip);
  archive.Number("frame", frame);
  archive.Number("learned", learned);
  archive.Number("held_out_since_learning", held_out_since_learning);
  archive.Number("real_ticks", real_ticks);
  archive.Number("labelled_ticks", labelled_ticks);
  archive.Number("age", age);
  archive.Number("cut", cut);
  archive.Number("errors", errors);
  if (real_ticks < 0 || labelled_ticks < 0 || age < 0) archive.Refuse("real_ticks", "is negative");
  exchange("negative", negative_lane);
  exchange("ledger", ledger);
  const StateArchive::Scope scope(archive, "probing");
  probing.ExchangeState(archive, shape);
  return {};
}

}  // namespace hypnos

#include "pipeline/stream.h"

#include <utility>

#include "hypnos/base/check.h"

namespace hypnos {
namespace {

// More than a picture has.
constexpr size_t kMostPlaces = size_t{1} << 30;

// Rises when what Novelty or SeriesNovelty saves is no longer what it was.
constexpr uint64_t kNoveltyFormat = 6;

// In which units that stands which is known as usual; in others it is of no use.
class NoveltyUnits {
 public:
  explicit NoveltyUnits(const PipelineNovelty& of)
      : by_(static_cast<uint64_t>(of.by)),
        reach_(of.options.calibration.reach),
        persistence_frames_(of.options.calibration.persistence_frames) {}

  void Save(StateArchive& archive) {
    uint64_t format = kNoveltyFormat;
    archive.Number("format", format);
    ExchangeState(archive);
  }
  // Of another format nothing more is known.
  static bool WereSaved(StateArchive& archive, const PipelineNovelty& wanted) {
    uint64_t format = 0;
    if (!archive.SavedShape("format")) return false;
    archive.Number("format", format);
    if (format != kNoveltyFormat) return false;
    NoveltyUnits saved(wanted);
    saved.ExchangeState(archive);
    return saved == NoveltyUnits(wanted);
  }
  bool operator==(const NoveltyUnits&) const = default;

 private:
  void ExchangeState(StateArchive& archive) {
    archive.Number("by", by_);
    archive.Number("reach", reach_);
    archive.Number("persistence_frames", persistence_frames_);
  }

  uint64_t by_;
  int reach_;
  double persistence_frames_;
};

}  // namespace

Stream::Stream(const StreamInput& input, size_t at, const PipelineOptions& options,
               size_t sequence_frames)
    : name(input.name),
      place(at),
      residuals(options.memory.residuals),
      held_out_residuals(options.memory.residuals),
      novelty_options(options.novelty),
      queue(input.queue),
      is_series(std::holds_alternative<SeriesEncoderOptions>(options.encoder)),
      waited_for(input.waited_for),
      negative_lane(OfStream(Lane::kDream, at), options.dream_steps, options.steps_per_frame),
      ledger(sequence_frames, options.memory.interval_frames),
      probing(options) {
  ForgetUsual();
}

void Stream::ForgetUsual() {
  if (!novelty_options) return;
  Result<Novelty> made = Novelty::Create(novelty_options->options);
  HYPNOS_CHECK(made.ok());
  if (novelty != nullptr) made->NumberAbove(novelty->last_number());
  novelty = std::make_unique<Novelty>(std::move(*made));
  if (is_series) series = std::make_unique<SeriesNovelty>(SeriesNoveltyOptions());
}

void Stream::ExchangeUsual(StateArchive& archive) {
  novelty->ExchangeState(archive);
  const StateArchive::Scope scope(archive, "series");
  if (series != nullptr) series->ExchangeState(archive);
}

void Stream::ExchangeNovelty(StateArchive& archive) {
  const StateArchive::Scope scope(archive, "novelty");
  if (!archive.loading()) {
    if (novelty == nullptr) return;
    NoveltyUnits(*novelty_options).Save(archive);
    return ExchangeUsual(archive);
  }
  if (novelty == nullptr || !NoveltyUnits::WereSaved(archive, *novelty_options)) {
    return archive.PassOver();
  }
  ExchangeUsual(archive);
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
  {
    const StateArchive::Scope scope(archive, "source_place");
    SourcePlace::Exchange(archive, &source_place);
  }
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

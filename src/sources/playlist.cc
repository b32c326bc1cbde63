#include <atomic>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "hypnos/sources/source_options.h"
#include "sources/series_rows.h"
#include "sources/sticky_source.h"

namespace hypnos {
namespace {

class Playlist final : public StickySource {
 public:
  Playlist(const SourceIdentity& identity, PlaylistOptions options,
           std::optional<int64_t> frame_count)
      : StickySource(identity), options_(std::move(options)), frame_count_(frame_count) {}

  bool live() const override { return false; }
  std::optional<int64_t> frame_count() const override { return frame_count_; }
  std::string Describe() const override {
    return Format("playlist of {} entries", options_.entries.size());
  }
  int64_t unreadable_frames() const override { return unreadable_; }
  // Which columns a series has, its entries know together.
  bool GoOn(const SourcePlace& place) override {
    for (const SourceOptions& entry : options_.entries) {
      const auto* series = std::get_if<SeriesSourceOptions>(&entry.kind);
      if (series == nullptr || series->lines || place.series == nullptr) continue;
      TakeOver(*place.series, !series->columns.empty(), series->known.get());
    }
    return false;
  }

 private:
  Result<FrameOrEnd> Advance() override {
    while (true) {
      if (!current_) {
        if (entry_ == options_.entries.size()) {
          if (++rounds_played_ == options_.rounds) return FrameOrEnd(EndOfStream{});
          // Or it would look for one for ever.
          if (!std::exchange(has_given_, false)) return NothingInIt();
          entry_ = 0;
          pending_ = Discontinuity::kLoop;
        }
        HYPNOS_ASSIGN_OR_RETURN(current_, OpenSource(options_.entries[entry_]));
        unreadable_before_ = unreadable_;
      }
      HYPNOS_ASSIGN_OR_RETURN(FrameOrEnd next, current_->Next());
      unreadable_ = unreadable_before_ + current_->unreadable_frames();
      if (auto* frame = std::get_if<Frame>(&next)) {
        has_given_ = true;
        return FrameOrEnd(Marked(std::move(*frame)));
      }
      current_.reset();
      ++entry_;
      pending_ = Discontinuity::kClip;
    }
  }

  // To an entry its first frame is the start of everything; to the list only the very first is.
  Frame Marked(Frame frame) {
    if (frame.discontinuity == Discontinuity::kStart) frame.discontinuity = pending_;
    return frame;
  }

  static Error NothingInIt() {
    return {Code::kInvalidArgument, "EMPTY_PLAYLIST",
            "none of its entries has given a frame in a whole round"};
  }

  const PlaylistOptions options_;
  const std::optional<int64_t> frame_count_;
  std::unique_ptr<Source> current_;
  size_t entry_ = 0;
  bool has_given_ = false;  // a frame, in this round
  uint64_t rounds_played_ = 0;
  Discontinuity pending_ = Discontinuity::kStart;
  int64_t unreadable_before_ = 0;
  std::atomic<int64_t> unreadable_ = 0;
};

Error Bad(std::string message) {
  return {Code::kInvalidArgument, "BAD_PLAYLIST", std::move(message)};
}

Status CheckNames(const PlaylistOptions& options) {
  if (options.entries.empty()) return Bad("the playlist has no entries");
  std::set<std::string> names;
  for (const SourceOptions& entry : options.entries) {
    if (!names.insert(entry.identity.name).second)
      return Bad(Format("two entries of the playlist are called '{}'", entry.identity.name));
  }
  return {};
}

// The entries are files of one series.
void ShareColumns(PlaylistOptions* options) {
  const auto known = std::make_shared<KnownColumns>();
  for (SourceOptions& entry : options->entries) {
    auto* series = std::get_if<SeriesSourceOptions>(&entry.kind);
    if (series != nullptr && series->known == nullptr) series->known = known;
  }
}

bool IsLive(const SourceOptions& options) {
  const auto* text = std::get_if<TextSourceOptions>(&options.kind);
  const auto* series = std::get_if<SeriesSourceOptions>(&options.kind);
  return (text != nullptr && IsReadAsItComes(*text)) ||
         (series != nullptr && IsReadAsItComes(*series)) ||
         std::holds_alternative<CameraSourceOptions>(options.kind) ||
         std::holds_alternative<StreamSourceOptions>(options.kind);
}

// Adds up the frames of a round. Nothing where an entry does not know.
Result<std::optional<int64_t>> CountFrames(const PlaylistOptions& options) {
  std::optional<int64_t> frames = 0;
  for (const SourceOptions& entry : options.entries) {
    if (IsLive(entry))
      return Bad(Format("entry '{}' is live and would never end", entry.identity.name));
    HYPNOS_ASSIGN_OR_RETURN(const auto source, OpenSource(entry));
    const std::optional<int64_t> more = source->frame_count();
    frames = frames && more ? std::optional(*frames + *more) : std::nullopt;
  }
  return frames;
}

Result<std::unique_ptr<Source>> Open(const SourceIdentity& identity, PlaylistOptions options) {
  HYPNOS_RETURN_IF_ERROR(CheckNames(options));
  ShareColumns(&options);
  // Who does not want to learn from the list does not want to learn from any of it.
  for (SourceOptions& entry : options.entries) {
    entry.identity.learn = entry.identity.learn && identity.learn;
  }
  HYPNOS_ASSIGN_OR_RETURN(std::optional<int64_t> frames, CountFrames(options));
  if (frames) *frames *= options.rounds;
  if (options.rounds == 0) frames.reset();
  return std::unique_ptr<Source>(std::make_unique<Playlist>(identity, std::move(options), frames));
}

}  // namespace

Result<std::unique_ptr<Source>> OpenPlaylist(const SourceIdentity& identity,
                                             const PlaylistOptions& options) {
  auto playlist = Open(identity, options);
  if (!playlist.ok()) return InSource(identity, playlist.error());
  return playlist;
}

}  // namespace hypnos

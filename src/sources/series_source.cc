#include "hypnos/sources/series_source.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>

#include "hypnos/base/format.h"
#include "hypnos/base/log.h"
#include "hypnos/base/printable.h"
#include "hypnos/sources/row_clock.h"
#include "hypnos/sources/source_options.h"
#include "sources/csv_records.h"
#include "sources/frame_stamp.h"
#include "sources/growing_text.h"
#include "sources/line_socket.h"
#include "sources/natural_order.h"
#include "sources/series_rows.h"
#include "sources/sticky_source.h"

namespace hypnos {
namespace {

constexpr double kLongestSeconds = 200.0 * 365 * 86400;

// So many rows that are none are told one by one.
constexpr int64_t kToldOneByOne = 5;

constexpr std::array<std::string_view, 2> kTables = {".csv", ".tsv"};
constexpr std::array<std::string_view, 2> kLogs = {".log", ".txt"};

Error Bad(const char* reason, std::string message) {
  return {Code::kInvalidArgument, reason, std::move(message)};
}

std::string NameOf(const SeriesSourceOptions& options) {
  return options.path == "-" ? "the standard input" : options.path;
}

class FileBytes final : public ByteStream {
 public:
  explicit FileBytes(GrowingText text) : text_(std::move(text)) {}
  Result<BytePiece> Read() override { return text_.Read(); }
  void Interrupt() override { text_.Interrupt(); }
  std::optional<FilePlace> PlaceAt(int64_t offset) const override { return text_.PlaceAt(offset); }
  bool GoOn(const FilePlace& place) override { return text_.GoOn(place); }

 private:
  GrowingText text_;
};

// Which of many daemons waits how long is nobody's business but chance's.
Rng ChanceOf(const SourceIdentity& identity) {
  const SystemClock clock;
  return Rng(static_cast<uint64_t>(clock.WallNow().time_since_epoch().count())).Fork(identity.name);
}

Result<std::unique_ptr<ByteStream>> OpenBytes(const SourceIdentity& identity,
                                              const SeriesSourceOptions& options) {
  if (IsConnection(options)) {
    HYPNOS_ASSIGN_OR_RETURN(HostAndPort address, ParseTcpUrl(options.path));
    return std::unique_ptr<ByteStream>(
        std::make_unique<LineSocket>(std::move(address),
                                     LineSocketOptions{.url = options.path,
                                                       .reconnect = options.live.reconnect,
                                                       .interruption = options.live.interruption,
                                                       .on_change = options.live.on_change},
                                     ChanceOf(identity)));
  }
  HYPNOS_ASSIGN_OR_RETURN(GrowingText text, GrowingText::Open(options.path, options.follow));
  return std::unique_ptr<ByteStream>(std::make_unique<FileBytes>(std::move(text)));
}

SeriesRows MakeRows(const SeriesSourceOptions& options) {
  return SeriesRows({.name = NameOf(options),
                     .lines = options.lines,
                     .separator = options.separator,
                     .time_column = options.time_column,
                     .columns = options.columns,
                     .known = options.known});
}

// Each of the first few, and after that each time that there are ten times as many.
class Seldom {
 public:
  // Whether this one is told; `count`: how many there have been.
  bool Tells(int64_t count) {
    if (count < next_) return false;
    next_ = count < kToldOneByOne ? count + 1 : 10 * count;
    return true;
  }

 private:
  int64_t next_ = 1;
};

class SeriesSource final : public StickySource {
 public:
  SeriesSource(const SourceIdentity& identity, SeriesSourceOptions options,
               std::unique_ptr<ByteStream> bytes, std::optional<int64_t> rows)
      : StickySource(identity),
        options_(std::move(options)),
        bytes_(std::move(bytes)),
        expected_rows_(rows),
        records_(options_.longest_row_bytes, !options_.lines),
        rows_(MakeRows(options_)),
        clock_(options_.gap_factor),
        stamp_(identity) {}

  bool live() const override { return IsConnection(options_); }
  std::optional<int64_t> frame_count() const override {
    if (!expected_rows_ || options_.rounds == 0) return std::nullopt;
    return *expected_rows_ * options_.rounds;
  }
  int64_t unreadable_frames() const override { return bad_rows_; }
  SourceHealth health() const override {
    const std::scoped_lock lock(mutex_);
    return bytes_->health();
  }
  void Interrupt() override {
    const std::scoped_lock lock(mutex_);
    bytes_->Interrupt();
  }
  bool GoOn(const SourcePlace& place) override {
    if (place.series == nullptr) return false;
    rows_.Know(*place.series);
    if (live()) AwaitSameWriter(*place.series);
    if (!options_.follow || !place.file) return false;
    if (!bytes_->GoOn(*place.file)) {
      log::Warning(
          "source '{}': '{}' is not the file any more that was read up to line {}: it is read from "
          "its beginning",
          identity().name, Printable(NameOf(options_)), place.file->line - 1);
      AwaitSameWriter(*place.series);
      return false;
    }
    records_.Restart(place.file->offset, place.file->line);
    rows_.GoOn(*place.series);
    // It is the beginning of one that has replaced another.
    if (place.file->offset == 0) rows_.RestartSameWriter(false);
    clock_.GoOn(place.clock);
    stamp_.GoOn(place.index);
    log::Info("source '{}': going on in '{}' at line {}", identity().name,
              Printable(NameOf(options_)), place.file->line);
    return true;
  }
  std::string Describe() const override {
    return Format("{} '{}'{}", options_.lines ? "log" : "series", Printable(NameOf(options_)),
                  options_.follow ? ", followed" : "");
  }

 private:
  Result<FrameOrEnd> Advance() override {
    while (true) {
      while (const auto record = records_.Next()) {
        HYPNOS_ASSIGN_OR_RETURN(std::optional<Frame> frame, Take(*record));
        if (frame) return FrameOrEnd(*std::move(frame));
      }
      if (std::exchange(replaced_, false)) {
        BeginReplacement();
        continue;
      }
      if (interrupted_) return FrameOrEnd(EndOfStream{});
      if (!ended_) {
        HYPNOS_RETURN_IF_ERROR(ReadOn());
        continue;
      }
      if (stamp_.index() == bad_in_round_ && !IsOneThatLacksAColumn()) {
        return Bad("EMPTY_SERIES",
                   Format("'{}' has no row that can be read", Printable(NameOf(options_))));
      }
      if (++rounds_read_ == options_.rounds) return FrameOrEnd(EndOfStream{});
      HYPNOS_RETURN_IF_ERROR(BeginRound());
    }
  }

  // Who writes may be going on without a header, in the midst of a row.
  void AwaitSameWriter(const SeriesHead& head) {
    rows_.GoOn(head);
    rows_.RestartSameWriter(true);
  }

  // What others of the series have is not spoilt by it.
  bool IsOneThatLacksAColumn() const { return options_.known != nullptr && rows_.lacks_a_column(); }

  // Nothing: it is no row, or none that counts.
  Result<std::optional<Frame>> Take(const CsvRecord& record) {
    Result<std::optional<Readings>> row = rows_.Read(record);
    if (!row.ok() && row.error().reason != "BAD_ROW") return row.error();
    if (!row.ok()) {
      records_.Reject();
      return Skip(row.error());
    }
    if (const std::string news = rows_.TakeNews(); !news.empty()) {
      log::Warning("source '{}': {}", identity().name, news);
    }
    if (!*row) return std::optional<Frame>();
    Readings readings = **std::move(row);
    // Of two hundred years at most: what is longer does not fit into a Duration.
    const double seconds = options_.interval_seconds * static_cast<double>(stamp_.index());
    Duration time = FromSeconds(std::min(seconds, kLongestSeconds));
    if (readings.when) {
      if (is_first_of_replacement_ && clock_.IsBackwards(*readings.when)) BeginAnew();
      const RowClock::Verdict verdict = clock_.Judge(*readings.when);
      if (verdict == RowClock::Verdict::kBackwards) {
        return Skip(Bad(
            "BAD_ROW", Format("{}:{}: the row is {} s older than the one before it",
                              Printable(NameOf(options_)), record.line, Seconds(clock_.behind()))));
      }
      if (verdict == RowClock::Verdict::kGap) stamp_.BeginAfterGap();
      time = clock_.elapsed();
    }
    is_first_of_replacement_ = false;
    Frame frame = stamp_.Stamp(Image(), time);
    frame.readings = std::move(readings);
    frame.place = PlaceBehind(record);
    return std::optional<Frame>(std::move(frame));
  }

  std::shared_ptr<const SourcePlace> PlaceBehind(const CsvRecord& record) {
    if (head_ == nullptr || head_is_ != rows_.heads()) {
      head_ = std::make_shared<const SeriesHead>(rows_.head());
      head_is_ = rows_.heads();
      place_.reset();
    }
    // Of a file that is read from its beginning again, all rows have the same.
    if (!options_.follow && place_ != nullptr) return place_;
    SourcePlace place = {.series = head_};
    if (options_.follow) {
      place.file = bytes_->PlaceAt(record.end);
      if (place.file) place.file->line = records_.line();
      place.index = stamp_.index();
      place.clock = clock_;
    }
    place_ = std::make_shared<const SourcePlace>(std::move(place));
    return place_;
  }

  Result<std::optional<Frame>> Skip(const Error& error) {
    if (options_.stop_at_bad_row) return error;
    stamp_.PassOver(1);
    ++bad_in_round_;
    const int64_t count = ++bad_rows_;
    const bool is_header = rows_.refused_header();
    const bool header_is_told = is_header && told_headers_.Tells(++refused_headers_);
    if (told_rows_.Tells(count) || header_is_told) {
      log::Warning("source '{}': {}; it is passed over, the {}. of such rows", identity().name,
                   error.message, count);
    }
    return std::optional<Frame>();
  }

  Status ReadOn() {
    HYPNOS_ASSIGN_OR_RETURN(BytePiece piece, bytes_->Read());
    interrupted_ = piece.interrupted;
    if (interrupted_) return {};
    ended_ = piece.is_end();
    replaced_ = piece.joint == Joint::kReplaced;
    if (ended_ || replaced_) records_.Finish();
    if (piece.joint == Joint::kBegunAnew) {
      TellAnew("has been emptied and begun anew: what was not read before is lost");
      records_.Restart();
      rows_.RestartSameWriter(true);
      BeginAnew();
    }
    if (!piece.bytes.empty()) records_.Append(piece.bytes);
    return {};
  }

  // Nothing is missing in between, and so it goes on.
  void BeginReplacement() {
    TellAnew("has been replaced and was read to its end: going on with the file in its place");
    records_.Restart();
    rows_.RestartSameWriter(false);
    is_first_of_replacement_ = true;
  }

  // A connection tells itself.
  void TellAnew(const char* what) const {
    if (live()) return;
    log::Info("source '{}': '{}' {}", identity().name, Printable(NameOf(options_)), what);
  }

  void BeginAnew() {
    clock_.BeginAnew();
    live() ? stamp_.BeginAnew() : stamp_.BeginAfterGap();
  }

  Status BeginRound() {
    HYPNOS_ASSIGN_OR_RETURN(auto bytes, OpenBytes(identity(), options_));
    {
      const std::scoped_lock lock(mutex_);
      bytes_ = std::move(bytes);
    }
    records_.Restart();
    rows_.Restart();
    clock_ = RowClock(options_.gap_factor);
    stamp_.BeginRound();
    bad_in_round_ = 0;
    ended_ = false;
    return {};
  }

  const SeriesSourceOptions options_;
  mutable std::mutex mutex_;  // of the pointer, which the thread that reads sets
  std::unique_ptr<ByteStream> bytes_;
  const std::optional<int64_t> expected_rows_;  // of a round
  CsvRecords records_;
  SeriesRows rows_;
  RowClock clock_;
  FrameStamp stamp_;
  bool replaced_ = false;  // what is left of the records are the last of the file
  bool is_first_of_replacement_ = false;
  std::shared_ptr<const SeriesHead> head_;
  int64_t head_is_ = 0;
  std::shared_ptr<const SourcePlace> place_;  // of the last row
  bool ended_ = false;
  bool interrupted_ = false;
  uint64_t rounds_read_ = 0;
  int64_t bad_in_round_ = 0;
  std::atomic<int64_t> bad_rows_ = 0;
  int64_t refused_headers_ = 0;
  Seldom told_rows_;
  Seldom told_headers_;
};

// How many rows a file has: an estimate by its beginning. What is wrong there is told at once and
// not in the night.
Result<std::optional<int64_t>> LookAtBeginning(const SourceIdentity& identity,
                                               const SeriesSourceOptions& options) {
  HYPNOS_ASSIGN_OR_RETURN(const auto bytes, OpenBytes(identity, options));
  CsvRecords records(options.longest_row_bytes, !options.lines);
  SeriesRows rows = MakeRows(options);
  HYPNOS_ASSIGN_OR_RETURN(const BytePiece piece, bytes->Read());
  records.Append(piece.bytes);
  std::error_code error;
  const uintmax_t size = std::filesystem::file_size(options.path, error);
  const bool whole = !error && size <= piece.bytes.size();
  if (whole) records.Finish();
  int64_t count = 0;
  while (const auto record = records.Next()) {
    const auto row = rows.Read(*record);
    if (!row.ok() && (row.error().reason != "BAD_ROW" || options.stop_at_bad_row)) {
      return row.error();
    }
    if (!row.ok()) records.Reject();
    if (row.ok() && *row) ++count;
  }
  if (whole && count == 0 && !(options.known != nullptr && rows.lacks_a_column())) {
    return Bad("EMPTY_SERIES",
               Format("'{}' has no row that can be read", Printable(NameOf(options))));
  }
  if (error || count == 0) return std::optional<int64_t>();
  const double share = static_cast<double>(size) / static_cast<double>(piece.bytes.size());
  return std::optional<int64_t>(static_cast<int64_t>(static_cast<double>(count) * share));
}

Result<std::unique_ptr<Source>> OpenOne(const SourceIdentity& identity,
                                        const SeriesSourceOptions& options) {
  std::optional<int64_t> rows;
  if (!IsReadAsItComes(options)) {
    HYPNOS_ASSIGN_OR_RETURN(rows, LookAtBeginning(identity, options));
  } else if (options.rounds != 1) {
    return Bad("BAD_OPTION", Format("{} is read as it comes, once", Printable(NameOf(options))));
  }
  HYPNOS_ASSIGN_OR_RETURN(auto bytes, OpenBytes(identity, options));
  return std::unique_ptr<Source>(
      std::make_unique<SeriesSource>(identity, options, std::move(bytes), rows));
}

// In the folder and those within, by their paths from there, in their natural order.
Result<std::vector<std::string>> FilesIn(const SeriesSourceOptions& options) {
  namespace fs = std::filesystem;
  const auto& wanted = options.lines ? kLogs : kTables;
  std::vector<std::string> files;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(options.path, error), end; !error && entry != end;
       entry.increment(error)) {
    const bool hidden = entry->path().filename().string().starts_with('.');
    if (hidden) {
      entry.disable_recursion_pending();
    } else if (std::ranges::find(wanted, entry->path().extension().string()) != wanted.end() &&
               entry->is_regular_file(error)) {
      files.push_back(entry->path().lexically_relative(options.path).string());
    }
  }
  if (error) {
    return Error{
        Code::kPermissionDenied, "NOT_READABLE",
        Format("folder '{}' cannot be listed: {}", Printable(options.path), error.message())};
  }
  std::ranges::sort(files, NaturallyBefore);
  if (!files.empty()) return files;
  return Bad("EMPTY_FOLDER", Format("folder '{}' has no file *{} or *{}", Printable(options.path),
                                    wanted[0], wanted[1]));
}

Result<std::unique_ptr<Source>> OpenFolder(const SourceIdentity& identity,
                                           const SeriesSourceOptions& options) {
  if (options.follow) {
    return Bad("BAD_OPTION",
               Format("'{}' is a folder, which cannot be followed", Printable(options.path)));
  }
  HYPNOS_ASSIGN_OR_RETURN(const std::vector<std::string> files, FilesIn(options));
  PlaylistOptions playlist;
  playlist.rounds = options.rounds;
  for (const std::string& file : files) {
    SeriesSourceOptions one = options;
    one.path = (std::filesystem::path(options.path) / file).string();
    one.rounds = 1;
    playlist.entries.push_back({.identity = {file, identity.learn}, .kind = std::move(one)});
  }
  return OpenPlaylist(identity, playlist);
}

}  // namespace

bool IsConnection(const SeriesSourceOptions& options) { return options.path.starts_with("tcp://"); }

Result<std::unique_ptr<Source>> OpenSeriesSource(const SourceIdentity& identity,
                                                 const SeriesSourceOptions& options) {
  std::error_code error;
  if (options.path != "-" && !IsConnection(options) &&
      std::filesystem::is_directory(options.path, error)) {
    auto folder = OpenFolder(identity, options);
    if (!folder.ok()) return InSource(identity, folder.error());
    return folder;
  }
  auto source = OpenOne(identity, options);
  if (!source.ok()) return InSource(identity, source.error());
  return source;
}

}  // namespace hypnos

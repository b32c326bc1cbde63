#include "daemon/scores_file.h"

#include <algorithm>
#include <filesystem>
#include <span>
#include <system_error>
#include <utility>

#include "daemon/build_options.h"
#include "daemon/scores_path.h"
#include "hypnos/base/format.h"
#include "hypnos/base/log.h"
#include "hypnos/base/printable.h"

namespace hypnos {
namespace {

LeftOutClips ClipsWithoutScores(const config::Config& config) {
  LeftOutClips clips;
  if (config.output().score_learned_entries()) return clips;
  for (const config::Source& source : config.sources()) {
    if (!source.learn()) continue;
    for (const auto& entry : source.playlist().entries()) {
      if (entry.learn()) clips.emplace(source.name(), entry.name());
    }
  }
  return clips;
}

// Of a playlist only what is not learned from is scored, unless the configuration says otherwise.
void WarnOfNoScores(const config::Config& config) {
  const auto left_out = ClipsWithoutScores(config);
  if (left_out.empty()) return;
  size_t clips = 0;
  for (const config::Source& source : config.sources()) {
    clips += source.has_playlist() ? static_cast<size_t>(source.playlist().entries_size()) : 1;
  }
  if (left_out.size() < clips) return;
  log::Warning(
      "--scores: there will be no row, for every entry of the playlist is learned from; give one "
      "`learn: false`, or set output.score_learned_entries");
}

// Up to the end of its last whole row.
uint64_t BytesOfWholeRows(ReadableFile& file) {
  constexpr uint64_t kLongestRow = 1 << 20;
  const uint64_t begin = file.size() > kLongestRow ? file.size() - kLongestRow : 0;
  std::string end(file.size() - begin, '\0');
  if (!file.ReadAt(begin, std::as_writable_bytes(std::span(end))).ok()) return 0;
  const size_t newline = end.rfind('\n');
  return newline == std::string::npos ? 0 : begin + newline + 1;
}

void WarnOfMissingRows(const std::string& path, const std::string& whose = "") {
  log::Warning("--scores: '{}' is shorter than when the checkpoint was saved: rows{} are missing",
               Printable(path), whose);
}

// The rows of a file, one after the other. In quotes a row may have several lines.
class RowReader {
 public:
  explicit RowReader(ReadableFile& file) : file_(file) {}

  // With the end of its line. None: what is left is no whole row, or cannot be read.
  Result<std::optional<std::string_view>> Next() {
    while (true) {
      if (FindEnd()) {
        const std::string_view row = std::string_view(text_).substr(begin_, at_ - begin_);
        begin_ = at_;
        return std::optional(row);
      }
      if (read_ == file_.size()) return std::optional<std::string_view>();
      HYPNOS_RETURN_IF_ERROR(ReadMore());
    }
  }

 private:
  static constexpr uint64_t kBlock = 1 << 20;

  bool FindEnd() {
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '"') quoted_ = !quoted_;
      if (c == '\n' && !quoted_) return true;
    }
    return false;
  }
  Status ReadMore() {
    text_.erase(0, begin_);
    at_ -= begin_;
    begin_ = 0;
    const size_t before = text_.size();
    const uint64_t bytes = std::min(kBlock, file_.size() - read_);
    text_.resize(before + bytes);
    HYPNOS_RETURN_IF_ERROR(
        file_.ReadAt(read_, std::as_writable_bytes(std::span(text_)).subspan(before)));
    read_ += bytes;
    return {};
  }

  ReadableFile& file_;
  std::string text_;
  size_t begin_ = 0, at_ = 0;
  uint64_t read_ = 0;
  bool quoted_ = false;
};

// Without quotes: the last column.
std::string SourceOf(std::string_view row) {
  row.remove_suffix(1);
  size_t begin = 0;
  bool quoted = false;
  for (size_t i = 0; i < row.size(); ++i) {
    if (row[i] == '"') quoted = !quoted;
    if (row[i] == ',' && !quoted) begin = i + 1;
  }
  row.remove_prefix(begin);
  if (!row.starts_with('"')) return std::string(row);
  std::string source;
  for (size_t i = 1; i + 1 < row.size(); ++i) {
    source += row[i];
    if (row[i] == '"') ++i;  // written twice
  }
  return source;
}

// Whether the row stays, which is counted.
bool Stays(std::string_view row, const KeptRows& kept, ScoresWriter::Rows& rows) {
  const std::string source = SourceOf(row);
  const auto limit = kept.find(source);
  uint64_t& count = rows[source];
  if (limit != kept.end() && limit->second && count >= *limit->second) return false;
  ++count;
  return true;
}

// `to`: null: they are only counted.
Status CopyRows(RowReader& reader, const KeptRows& kept, WritableFile* to, ScoresStart& start) {
  while (true) {
    HYPNOS_ASSIGN_OR_RETURN(const auto row, reader.Next());
    if (!row) return {};
    if (!Stays(*row, kept, start.rows)) continue;
    if (to != nullptr) HYPNOS_RETURN_IF_ERROR(to->Append(*row));
    start.continue_at += row->size();
  }
}

// Where a link leads: the link stays.
std::string BehindLinks(const std::string& path) {
  std::error_code failed;
  const auto real = std::filesystem::canonical(path, failed);
  return failed ? path : real.string();
}

// Beside it, so that at no time there is less than what stays.
Status Rewrite(FileSystem& files, const std::string& path, ReadableFile& file,
               const KeptRows& kept) {
  const std::string real = BehindLinks(path), beside = real + ".tmp";
  RowReader reader(file);
  HYPNOS_ASSIGN_OR_RETURN(const auto header, reader.Next());
  HYPNOS_ASSIGN_OR_RETURN(const auto cut, files.CreateFile(beside));
  HYPNOS_RETURN_IF_ERROR(cut->Append(*header));
  ScoresStart start;
  HYPNOS_RETURN_IF_ERROR(CopyRows(reader, kept, cut.get(), start));
  HYPNOS_RETURN_IF_ERROR(cut->Close());
  return files.Rename(beside, real);
}

}  // namespace

void SavedScores::ExchangeState(StateArchive& archive, bool by_rows) {
  const StateArchive::Scope scope(archive, "scores");
  archive.Text("path", path);
  if (by_rows) {
    archive.Number("rows", rows);
  } else {
    archive.Number("bytes", bytes);
  }
}

ScoresStart ContinueScores(FileSystem& files, const std::string& path, const SavedScores& saved,
                           bool again) {
  if (saved.bytes == 0 || saved.path != path) return {};
  const auto file = files.OpenFile(path);
  const bool is_short = !file.ok() || (*file)->size() < saved.bytes;
  if (is_short) WarnOfMissingRows(path);
  if (!file.ok()) return {};
  return {.continue_at = again && !is_short ? saved.bytes : BytesOfWholeRows(**file)};
}

Result<ScoresStart> CutScores(FileSystem& files, const std::string& path, const KeptRows& kept) {
  const auto file = files.OpenFile(path);
  if (!file.ok() && file.error().code == Code::kNotFound) return ScoresStart{};
  if (!file.ok()) return file.error();
  RowReader counter(**file);
  HYPNOS_ASSIGN_OR_RETURN(const auto header, counter.Next());
  if (!header || SourceOf(*header) != "source") return ScoresStart{};
  ScoresStart start = {.continue_at = header->size()};
  HYPNOS_RETURN_IF_ERROR(CopyRows(counter, kept, nullptr, start));
  for (const auto& [source, rows] : kept) {
    const bool is_short = rows && start.rows[source] < *rows;
    if (is_short) WarnOfMissingRows(path, Format(" of '{}'", Printable(source)));
  }
  // Whoever follows the file need not notice where all of it stays.
  if (start.continue_at < (*file)->size())
    HYPNOS_RETURN_IF_ERROR(Rewrite(files, path, **file, kept));
  return start;
}

Result<std::unique_ptr<ScoresWriter>> OpenScores(
    FileSystem& files, const config::Config& config, const RunOptions& options,
    const std::function<Result<ScoresStart>(const std::string& path)>& start, StopFlag& stop) {
  if (options.scores_path.empty()) return std::unique_ptr<ScoresWriter>();
  std::vector<SourceOptions> sources;
  for (const config::Source& source : config.sources()) {
    sources.push_back(BuildSourceOptions(source, config));
  }
  HYPNOS_ASSIGN_OR_RETURN(const ScoresPath path,
                          CheckScoresPath(options.scores_path, options.config_path, sources));
  WarnOfNoScores(config);
  const std::vector<std::string> classes(config.labels().classes().begin(),
                                         config.labels().classes().end());
  ScoresStart from;
  if (path.is_file) {
    HYPNOS_ASSIGN_OR_RETURN(from, start(path.path));
  }
  const bool separate = config.share() == config::Config::NOTHING;
  const auto create = [&] {
    return ScoresWriter::Create(files, path,
                                {.left_out = ClipsWithoutScores(config),
                                 .classes = classes,
                                 .names_source = separate || config.sources_size() > 1,
                                 .continue_at = from.continue_at,
                                 .rows = from.rows});
  };
  auto scores = create();
  const auto lacks_reader = [&] { return !scores.ok() && scores.error().reason == "NO_READER"; };
  if (lacks_reader()) log::Info("--scores: waiting for a reader of '{}'", Printable(path.path));
  while (lacks_reader()) {
    if (stop.WaitFor(std::chrono::milliseconds(100))) return std::unique_ptr<ScoresWriter>();
    scores = create();
  }
  return scores;
}

}  // namespace hypnos

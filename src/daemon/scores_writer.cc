#include "daemon/scores_writer.h"

#include <algorithm>
#include <span>
#include <utility>

#include "hypnos/base/format.h"
#include "hypnos/base/log.h"
#include "hypnos/base/printable.h"

namespace hypnos {
namespace {

// RFC 4180. A name stays what it is, so that it can be found again; in quotes also where it holds
// another control character than the end of a line, at which some readers would split a row too.
std::string Quoted(const std::string& text) {
  const auto may_break = [](unsigned char c) { return c == ',' || c == '"' || c < 0x20; };
  if (std::ranges::none_of(text, may_break)) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string Header(size_t layers, const ScoresOptions& options) {
  std::string header = "clip,frame,time_s,score";
  for (size_t l = 1; l <= layers; ++l) header += Format(",goodness_{0},p_real_{0}", l);
  if (!options.classes.empty())
    header += ",label,label_by_read_out,p_by_read_out,label_by_goodness,p_by_goodness";
  if (options.names_source) header += ",source";
  return header + "\n";
}

// The likeliest class, and how likely the right one was taken to be.
std::string Guess(const FrameReport& report, const std::vector<float>& probabilities,
                  const std::vector<std::string>& classes) {
  if (probabilities.empty()) return ",,";
  return Format(",{},{}", Quoted(classes[Likeliest(probabilities)]),
                report.label ? Format("{}", probabilities[*report.label]) : "");
}

std::string Labels(const FrameReport& report, const std::vector<std::string>& classes) {
  return "," + (report.label ? Quoted(classes[*report.label]) : "") +
         Guess(report, report.label_read_out, classes) +
         Guess(report, report.label_goodness, classes);
}

double ScoreOf(const FrameReport& report) {
  if (report.novelty) return report.novelty->score;
  return report.prediction_error.value_or(0);
}

std::string Row(const FrameReport& report, const ScoresOptions& options) {
  // Every frame has a score, also one that nothing led up to: judges take no empty ones.
  std::string row = Format("{},{},{},{}", Quoted(report.clip), report.index,
                           Seconds(report.presentation_time), ScoreOf(report));
  for (const auto& layer : report.layers) {
    row += Format(",{},{}", layer.goodness, layer.probability);
  }
  if (!options.classes.empty()) row += Labels(report, options.classes);
  if (options.names_source) row += "," + Quoted(report.source);
  return row + "\n";
}

}  // namespace

Result<std::unique_ptr<ScoresWriter>> ScoresWriter::Create(FileSystem& files,
                                                           const ScoresPath& path,
                                                           ScoresOptions options) {
  std::unique_ptr<ScoresWriter> scores(new ScoresWriter(files, path.path, std::move(options)));
  if (!path.is_file) HYPNOS_RETURN_IF_ERROR(scores->Open());
  return scores;
}

ScoresWriter::ScoresWriter(FileSystem& files, std::string path, ScoresOptions options)
    : files_(files),
      path_(std::move(path)),
      options_(std::move(options)),
      whole_bytes_(options_.continue_at),
      rows_(options_.rows) {}

uint64_t ScoresWriter::bytes() const {
  const std::lock_guard lock(mutex_);
  return whole_bytes_;
}

uint64_t ScoresWriter::rows(const std::string& source) const {
  const std::lock_guard lock(mutex_);
  const auto found = rows_.find(source);
  return found == rows_.end() ? 0 : found->second;
}

void ScoresWriter::OnFrame(const FrameReport& report) {
  const std::lock_guard lock(mutex_);
  if (failed_ || options_.left_out.contains({report.source, report.clip})) return;
  const std::string header = Header(report.layers.size(), options_);
  if (file_ == nullptr && whole_bytes_ > 0 && !GoesOn(header)) PutAside();
  const std::string text = (whole_bytes_ == 0 ? header : "") + Row(report, options_);
  const Status written = Write(text);
  if (!written.ok()) return Fail(written.error());
  whole_bytes_ += text.size();
  ++rows_[report.source];
}

bool ScoresWriter::Close() {
  const std::lock_guard lock(mutex_);
  if (file_ == nullptr && !failed_ && files_.Exists(path_)) {
    log::Info("--scores: there was no row to write; '{}' is as it was", Printable(path_));
  }
  if (file_ != nullptr) {
    const Status closed = file_->Close();
    if (!closed.ok()) Fail(closed.error());
  }
  return !failed_;
}

// What is there has these columns.
bool ScoresWriter::GoesOn(const std::string& header) {
  const auto file = files_.OpenFile(path_);
  std::string first(header.size(), '\0');
  return file.ok() && (*file)->ReadAt(0, std::as_writable_bytes(std::span(first))).ok() &&
         first == header;
}

// Two kinds of rows in one file would be read as one.
void ScoresWriter::PutAside() {
  const std::string aside = path_ + ".before";
  log::Warning("--scores: the rows of '{}' have other columns than those to come: they are in '{}'",
               Printable(path_), Printable(aside));
  // Where that fails, so will what follows, and says so.
  (void)files_.Rename(path_, aside);
  whole_bytes_ = options_.continue_at = 0;
  rows_.clear();
}

Status ScoresWriter::Open() {
  if (options_.continue_at > 0) {
    HYPNOS_RETURN_IF_ERROR(files_.Truncate(path_, options_.continue_at));
    HYPNOS_ASSIGN_OR_RETURN(file_, files_.AppendToFile(path_));
    return {};
  }
  HYPNOS_ASSIGN_OR_RETURN(file_, files_.CreateFile(path_));
  return {};
}

// Flushes, so that whoever follows the file, or finds it after the process was killed, sees whole
// rows.
Status ScoresWriter::Write(const std::string& text) {
  if (file_ == nullptr) HYPNOS_RETURN_IF_ERROR(Open());
  HYPNOS_RETURN_IF_ERROR(file_->Append(text));
  return file_->Flush();
}

void ScoresWriter::Fail(const Error& error) {
  failed_ = true;
  log::Error("--scores: {}; the rows end here, everything else goes on", Printable(error.message));
  // What could not be opened still holds what it held before.
  if (file_ == nullptr) return;
  // Letting go of the file may still bring a part of a row to the disk: cut afterwards. Best
  // effort: a device cannot be cut.
  file_.reset();
  (void)files_.Truncate(path_, whole_bytes_);
}

}  // namespace hypnos

#include "daemon/scores_writer.h"

#include <utility>

#include "hypnos/base/format.h"
#include "hypnos/base/log.h"

namespace hypnos {
namespace {

// RFC 4180.
std::string Quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string Header(size_t layers) {
  std::string header = "clip,frame,time_s,score";
  for (size_t l = 1; l <= layers; ++l) header += Format(",goodness_{0},p_real_{0}", l);
  return header + "\n";
}

std::string Row(const FrameReport& report) {
  std::string row = Format("{},{},{},{}", Quoted(report.clip), report.index,
                           Seconds(report.presentation_time), report.prediction_error);
  for (const auto& layer : report.layers) {
    row += Format(",{},{}", layer.goodness, layer.probability);
  }
  return row + "\n";
}

}  // namespace

Result<std::unique_ptr<ScoresWriter>> ScoresWriter::Create(FileSystem& files,
                                                           const std::string& path,
                                                           std::set<std::string> left_out) {
  HYPNOS_ASSIGN_OR_RETURN(auto file, files.CreateFile(path));
  return std::unique_ptr<ScoresWriter>(
      new ScoresWriter(files, path, std::move(file), std::move(left_out)));
}

ScoresWriter::ScoresWriter(FileSystem& files, std::string path, std::unique_ptr<WritableFile> file,
                           std::set<std::string> left_out)
    : files_(files),
      path_(std::move(path)),
      file_(std::move(file)),
      left_out_(std::move(left_out)) {}

void ScoresWriter::OnFrame(const FrameReport& report) {
  if (!status_.ok() || left_out_.contains(report.clip)) return;
  const std::string header = has_rows_ ? "" : Header(report.layers.size());
  status_ = file_->Append(header + Row(report));
  has_rows_ = true;
  if (!status_.ok()) {
    log::Error("scores stop here, learning goes on: {}", status_.error().message);
  }
}

Status ScoresWriter::Close() {
  const Status closed = file_->Close();
  if (status_.ok()) status_ = closed;
  if (status_.ok() && !has_rows_) status_ = files_.Remove(path_);
  return status_;
}

}  // namespace hypnos

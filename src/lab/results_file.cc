#include "lab/results_file.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "hypnos/base/check.h"
#include "hypnos/base/format.h"

namespace hypnos::lab {
namespace {

std::vector<std::string> Split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(separator, begin), text.size());
    parts.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

bool IsPlain(const std::string& field) {
  return std::ranges::none_of(
      field, [](unsigned char c) { return c == ',' || c == '"' || c < 0x20 || c == 0x7f; });
}

std::string Joined(const Row& row) {
  std::string line;
  for (const std::string& field : row) {
    if (&field != &row.front()) line += ',';
    line += field;
  }
  return line;
}

Row Together(const Row& key, const Row& results) {
  Row row = key;
  row.insert(row.end(), results.begin(), results.end());
  return row;
}

}  // namespace

Result<ResultsFile> ResultsFile::Open(FileSystem& files, std::string path, const Row& key_columns,
                                      const Row& result_columns) {
  ResultsFile results(files, std::move(path), Together(key_columns, result_columns),
                      key_columns.size());
  if (!files.Exists(results.path_)) return results;
  HYPNOS_ASSIGN_OR_RETURN(const std::string text, files.ReadFile(results.path_));
  HYPNOS_RETURN_IF_ERROR(results.Parse(text));
  return results;
}

ResultsFile::ResultsFile(FileSystem& files, std::string path, Row header, size_t key_size)
    : files_(files), path_(std::move(path)), header_(std::move(header)), key_size_(key_size) {}

Status ResultsFile::Parse(const std::string& text) {
  std::vector<std::string> lines = Split(text, '\n');
  // After the last end of a line.
  if (lines.back().empty()) lines.pop_back();
  if (lines.empty() || lines.front() != Joined(header_)) {
    return Error{Code::kInvalidArgument, "RESULTS_COLUMNS",
                 Format("'{}' line 1: not the columns that this experiment writes; move the file "
                        "away or choose another folder with --out",
                        path_)};
  }
  for (size_t i = 1; i < lines.size(); ++i) {
    Row row = Split(lines[i], ',');
    if (row.size() != header_.size()) {
      return Error{Code::kInvalidArgument, "RESULTS_ROW",
                   Format("'{}' line {}: {} fields instead of {}; remove the line, and its cell is "
                          "run again",
                          path_, i + 1, row.size(), header_.size())};
    }
    const auto middle = row.begin() + static_cast<ptrdiff_t>(key_size_);
    entries_.push_back({Row(row.begin(), middle), Row(middle, row.end())});
  }
  return {};
}

const Row* ResultsFile::Find(const Row& key) const {
  const auto found = std::ranges::find(entries_, key, &Entry::key);
  return found == entries_.end() ? nullptr : &found->results;
}

Status ResultsFile::Add(const Row& key, const Row& results) {
  HYPNOS_CHECK(key.size() == key_size_ && key.size() + results.size() == header_.size());
  HYPNOS_CHECK(std::ranges::all_of(key, IsPlain) && std::ranges::all_of(results, IsPlain));
  entries_.push_back({key, results});
  const Status written = Write(Text());
  if (!written.ok()) entries_.pop_back();
  return written;
}

Status ResultsFile::Write(const std::string& text) {
  const std::string beside = path_ + ".new";
  HYPNOS_ASSIGN_OR_RETURN(const auto file, files_.CreateFile(beside));
  HYPNOS_RETURN_IF_ERROR(file->Append(text));
  HYPNOS_RETURN_IF_ERROR(file->Sync());
  HYPNOS_RETURN_IF_ERROR(file->Close());
  return files_.Rename(beside, path_);
}

std::string ResultsFile::Text() const {
  std::string text = Joined(header_) + "\n";
  for (const Entry& entry : entries_) text += Joined(Together(entry.key, entry.results)) + "\n";
  return text;
}

}  // namespace hypnos::lab

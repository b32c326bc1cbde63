// What an experiment has found, a CSV row for each finished cell: first the columns that say which
// cell it is, then the results.
// The file is replaced as a whole, and durably, for each row: whenever the program ends, it holds
// every finished cell and nothing else.
// Threads: thread-compatible.
#pragma once

#include <string>
#include <vector>

#include "hypnos/base/file_system.h"
#include "hypnos/base/result.h"

namespace hypnos::lab {

// Fields hold no comma, quote or control character.
using Row = std::vector<std::string>;

class ResultsFile {
 public:
  // Reads what is there; a missing file is an empty one.
  // Errors: those of reading; kInvalidArgument, naming file and line, reason RESULTS_COLUMNS for
  // other columns, RESULTS_ROW for a row of another length.
  static Result<ResultsFile> Open(FileSystem& files, std::string path, const Row& key_columns,
                                  const Row& result_columns);

  // The results of a cell; null: it is not finished.
  const Row* Find(const Row& key) const;
  // Errors: those of writing; the file then is as it was.
  Status Add(const Row& key, const Row& results);

  const std::string& path() const { return path_; }

 private:
  struct Entry {
    Row key;
    Row results;
  };

  ResultsFile(FileSystem& files, std::string path, Row header, size_t key_size);

  Status Parse(const std::string& text);
  Status Write(const std::string& text);
  std::string Text() const;

  FileSystem& files_;
  std::string path_;
  Row header_;
  size_t key_size_;
  std::vector<Entry> entries_;
};

}  // namespace hypnos::lab

// Where the text went that a program writes to a file which others rename, as logrotate and the
// like do: pump.csv.1, pump.csv-20261127, pump-2026-11-27.csv, pump.csv.old.
// Threads: free of state.
#pragma once

#include <sys/stat.h>

#include <string>
#include <vector>

namespace hypnos {

struct RotatedFile {
  std::string path;
  struct stat what {};
  // By its name; what is in it cannot be read here.
  bool packed = false;
};

// Of the file of this path: regular files beside it that are called so, those written first first.
// What cannot be looked at is left out. Looked for until twice the same was found: what is renamed
// meanwhile may be passed over, or found twice.
std::vector<RotatedFile> RotatedFilesOf(const std::string& path);

// For reading. -1: it cannot be, or another one stands at this path than was seen there.
int OpenAsSeen(const std::string& path, const struct stat& seen);

// One is the other.
bool IsSameFile(const struct stat& one, const struct stat& other);
// When it was written to last.
bool WasWrittenBefore(const struct stat& one, const struct stat& other);

}  // namespace hypnos

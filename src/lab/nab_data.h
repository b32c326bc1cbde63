// The files of the Numenta Anomaly Benchmark, or of any other laid out as it is:
//   data/<category>/<file>.csv      timestamp,value
//   labels/combined_windows.json    for each file the windows in which it is unusual
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "hypnos/base/clock.h"
#include "hypnos/base/file_system.h"
#include "hypnos/base/result.h"

namespace hypnos::lab {

struct NabFile {
  std::string name;  // "realTweets/Twitter_volume_AAPL.csv"
  std::string path;
  // Of each row, as they stand in the file, without the header.
  std::vector<std::string> rows;
  // The rows of each window, both ends included, in their order.
  std::vector<std::pair<size_t, size_t>> windows;
};

// In the order of their names. Errors: of reading; kInvalidArgument, naming the file, for a window
// without a row, a row without a time, labels that are none.
Result<std::vector<NabFile>> ReadNab(FileSystem& files, const std::string& folder);

}  // namespace hypnos::lab

// What --scores names, looked at before the run. Nothing there is changed: a run that is refused
// must leave the scores of the one before.
#pragma once

#include <string>
#include <vector>

#include "hypnos/base/result.h"
#include "hypnos/sources/source_options.h"

namespace hypnos {

struct ScoresPath {
  std::string path;
  // False: a device or a pipe. It holds nothing that could be lost, and whoever reads from it waits
  // for it to be opened.
  bool is_file = true;
};

// Errors: kInvalidArgument, reason SCORES_ARE_INPUT, for the configuration or a file that the
// source reads, by whatever name; kUnavailable for what cannot be written.
Result<ScoresPath> CheckScoresPath(const std::string& path, const std::string& config_path,
                                   const std::vector<SourceOptions>& sources);

}  // namespace hypnos

// Everything that `hypnosd` does once its configuration stands: opens the source, watches it until
// it ends or a signal comes, and says what came of it.
#pragma once

#include <string>

#include "proto/config.pb.h"

namespace hypnos {

struct RunOptions {
  // Ends when the source has ended, instead of waiting to be told.
  bool until_end = false;
  // Where to write a row of scores a frame; empty: nowhere.
  std::string scores_path;
};

// Returns the exit code. Errors are logged, each as one sentence.
int RunDaemon(const config::Config& config, const RunOptions& options);

}  // namespace hypnos

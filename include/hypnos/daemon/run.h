// Everything that `hypnosd` does once its configuration stands: opens the source, watches it until
// it ends or a signal comes, and says what came of it.
#pragma once

#include <functional>
#include <string>

#include "hypnos/base/result.h"
#include "proto/config.pb.h"

namespace hypnos {

struct RunOptions {
  // Ends when the source has ended, instead of waiting to be told.
  bool until_end = false;
  // Where to write a row of scores a frame; empty: nowhere.
  std::string scores_path;
  // Where the configuration was read from, so that nothing is written there.
  std::string config_path;
  // Reads the configuration again, as it was read at the start; empty: that cannot be done.
  std::function<Result<config::Config>()> read_config;
  // "0.1.0"
  std::string version;
  // Goes on from no checkpoint.
  bool fresh = false;
  // Path of the folder of a session log, which is learned from again instead of the sources; empty:
  // none.
  std::string replay_path = {};
  // The configuration is the recorded one in all that changes what is learned: the weights must
  // come out the same.
  bool replay_is_exact = true;
};

// kUnimplemented for a valid configuration that this version cannot run; kInvalidArgument for one
// that would let anybody in.
Status CheckRunnable(const config::Config& config);

// Precondition: the configuration is valid and runnable.
// Returns the exit code. Errors are logged, each as one sentence. Where the source hangs in a
// library it does not return, but ends the process with that code and destroys nothing.
int RunDaemon(const config::Config& config, const RunOptions& options);

}  // namespace hypnos

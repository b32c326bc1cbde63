// The file of scores from one run of the daemon to the next: where it goes on after a checkpoint.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/scores_writer.h"
#include "daemon/stop_flag.h"
#include "hypnos/base/file_system.h"
#include "hypnos/base/state_archive.h"
#include "hypnos/daemon/run.h"
#include "proto/config.pb.h"

namespace hypnos {

// Of a file of scores, how long it was when the state was saved.
struct SavedScores {
  std::string path;
  uint64_t bytes = 0;
  // Instead, where each source has a network of its own, which is saved by itself: how many rows
  // were that source's.
  uint64_t rows = 0;

  void ExchangeState(StateArchive& archive, bool by_rows);
};

// Of one source that has a network of its own. None: all that there are.
using KeptRows = std::map<std::string, std::optional<uint64_t>>;

// Where the rows to come go on.
struct ScoresStart {
  // Behind so many bytes; 0: it is a new file.
  uint64_t continue_at = 0;
  // Rows of each source that there are.
  ScoresWriter::Rows rows = {};
};

// Of one network. `again`: the frames of the rows after them come again. What a camera showed does
// not: its rows stay.
ScoresStart ContinueScores(FileSystem& files, const std::string& path, const SavedScores& saved,
                           bool again);

// Of several networks: of each of these sources only its first rows stay; of others all. A file
// without the column of sources is not gone on from. Errors: those of the file system.
Result<ScoresStart> CutScores(FileSystem& files, const std::string& path, const KeptRows& kept);

// Null where none are asked for, or it was told to stop while it waited for a pipe's reader.
// `start` is asked only where there is a file. Errors: those of CheckScoresPath, of `start` and of
// ScoresWriter::Create.
Result<std::unique_ptr<ScoresWriter>> OpenScores(
    FileSystem& files, const config::Config& config, const RunOptions& options,
    const std::function<Result<ScoresStart>(const std::string& path)>& start, StopFlag& stop);

}  // namespace hypnos

// Writes one CSV row a frame: clip,frame,time_s,score, then goodness and p(real) of each layer;
// where there are labels, then the frame's own, and for read-out and goodness the likeliest one and
// how likely the frame's own was taken to be, empty where there is none; and, where there is more
// than one source, the name of the frame's.
// Where novelty is watched for, the score is its; see NoveltyReport. Otherwise it is the
// generator's error: of a picture the mean square, in variances of the channel; of symbols bits a
// symbol, the mean over the readers. 0 for a frame that nothing led up to. Numbers are written so
// that reading them gives the same bits. Each row is flushed. Where writing fails, as on a full
// disk, the file ends after its last whole row. What it held before stays until there is a first
// row. Threads: an observer of one pipeline, or of several at once.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "daemon/scores_path.h"
#include "hypnos/base/file_system.h"
#include "hypnos/pipeline/report.h"

namespace hypnos {

// Pairs of source and clip.
using LeftOutClips = std::set<std::pair<std::string, std::string>>;

struct ScoresOptions {
  // Frames of these get no row.
  LeftOutClips left_out = {};
  // Of labels.
  std::vector<std::string> classes = {};
  // A last column tells from which source a frame is.
  bool names_source = false;
  // The file goes on behind its first so many bytes; what follows them is cut off. 0: a new one.
  // Where it has other columns, it is put aside, and a new one begun.
  uint64_t continue_at = 0;
  // In those bytes, by source.
  std::map<std::string, uint64_t> rows = {};
};

class ScoresWriter final : public PipelineObserver {
 public:
  using Rows = std::map<std::string, uint64_t>;

  // A device or pipe is opened at once; a file is created, or emptied, for its first row.
  static Result<std::unique_ptr<ScoresWriter>> Create(FileSystem& files, const ScoresPath& path,
                                                      ScoresOptions options = {});

  void OnFrame(const FrameReport& report) override;

  // How long the file is after its last whole row.
  uint64_t bytes() const;
  // How many of its rows are of this source.
  uint64_t rows(const std::string& source) const;

  // Ends the file. False: rows are missing; the log has said why.
  bool Close();

 private:
  ScoresWriter(FileSystem& files, std::string path, ScoresOptions options);

  bool GoesOn(const std::string& header);
  void PutAside();
  Status Open();
  Status Write(const std::string& text);
  void Fail(const Error& error);

  FileSystem& files_;
  std::string path_;
  mutable std::mutex mutex_;
  std::unique_ptr<WritableFile> file_;  // null: not opened yet, or given up
  ScoresOptions options_;
  uint64_t whole_bytes_ = 0;
  Rows rows_;
  bool failed_ = false;
};

}  // namespace hypnos

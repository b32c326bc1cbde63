// Records what the pipeline learns from, where the configuration says so; and what it is where that
// does not follow: beside the segments, as a checkpoint is written.
// Threads: OnInput as InputObserver; End after the run; status may be asked for by any.
#pragma once

#include <memory>
#include <string>

#include "hypnos/base/file_system.h"
#include "hypnos/pipeline/input.h"
#include "hypnos/record/session_recorder.h"
#include "proto/config.pb.h"
#include "proto/telemetry.pb.h"

namespace hypnos {

class SessionLog final : public InputObserver {
 public:
  struct Beginning {
    std::string version;     // of this program
    std::string checkpoint;  // from which it went on; empty: from nothing
  };
  // Precondition: the configuration says that it is recorded. Errors: those of SessionRecorder.
  // `files` and `clock` must outlive it.
  static Result<std::unique_ptr<SessionLog>> Start(FileSystem& files, const Clock& clock,
                                                   const config::Config& config,
                                                   const Beginning& beginning);

  void OnInput(uint64_t moment, const PipelineInput& input) override;

  // Writes what waits, and of which weights it was the way. It may take a moment. What comes
  // afterwards is not recorded.
  void End(uint64_t weights);

  telemetry::SessionLog Report() const;

 private:
  SessionLog(FileSystem& files, const Clock& clock, std::string version,
             std::unique_ptr<SessionRecorder> recorder);

  // Into a file of the session's folder.
  Status WriteState(PipelineControl& control, session::StateReplaced& written);

  FileSystem& files_;
  const Clock& clock_;
  const std::string version_;
  const std::unique_ptr<SessionRecorder> recorder_;
  uint64_t states_ = 0;  // written
  bool ended_ = false;
  uint64_t moment_ = 0;  // of the last input
};

}  // namespace hypnos

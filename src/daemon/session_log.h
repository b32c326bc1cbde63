// Records what the pipeline learns from, where the configuration says so.
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
  static Result<std::unique_ptr<SessionLog>> Start(FileSystem& files, const Clock& clock,
                                                   const config::Config& config,
                                                   const Beginning& beginning);

  void OnInput(uint64_t moment, const PipelineInput& input) override;

  // Writes what waits, and of which weights it was the way. It may take a moment.
  void End(uint64_t weights);

  telemetry::SessionLog Report() const;

 private:
  explicit SessionLog(std::unique_ptr<SessionRecorder> recorder) : recorder_(std::move(recorder)) {}

  const std::unique_ptr<SessionRecorder> recorder_;
  uint64_t moment_ = 0;  // of the last input
};

}  // namespace hypnos

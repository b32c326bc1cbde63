#include "daemon/session_log.h"

#include <algorithm>
#include <new>
#include <utility>

#include "daemon/build_options.h"
#include "daemon/session_events.h"
#include "hypnos/base/log.h"
#include "hypnos/base/printable.h"
#include "hypnos/checkpoint/checkpoint_file.h"
#include "hypnos/config/print.h"
#include "hypnos/pipeline/command.h"
#include "hypnos/record/digest.h"
#include "hypnos/record/session_folder.h"
#include "hypnos/tensor/instruction_set.h"

namespace hypnos {
namespace {

constexpr uint64_t kMegabyte = 1'000'000;

// Where all sources can be kept waiting, nothing is lost by it; a camera would lose frames, and
// they would not be learned from: better they are not recorded.
bool Waits(const config::Config& config) {
  switch (config.record().when_slow()) {
    case config::Record::BLOCK:
      return true;
    case config::Record::LEAVE_OUT:
      return false;
    case config::Record::BY_KIND:
      break;
  }
  return std::ranges::all_of(config.sources(), IsWaitedFor);
}

RecorderOptions OptionsOf(const config::Config& config) {
  const config::Record& record = config.record();
  return {.folder = record.folder(),
          .segment_bytes = record.segment_megabytes() * kMegabyte,
          .segment_time = FromSeconds(60 * record.segment_minutes()),
          .budget_bytes = record.budget_megabytes() * kMegabyte,
          .keep = FromSeconds(86400 * record.keep_days()),
          .queue_bytes = record.queue_megabytes() * kMegabyte,
          .waits = Waits(config),
          .compression_level = static_cast<int>(record.compression_level())};
}

}  // namespace

Result<std::unique_ptr<SessionLog>> SessionLog::Start(FileSystem& files, const Clock& clock,
                                                      const config::Config& config,
                                                      const Beginning& beginning) {
  session::Header about;
  about.set_program_version(beginning.version);
  about.set_checkpoint(beginning.checkpoint);
  about.set_configuration(config::Print(config));
  about.set_instruction_set(InstructionSet());
  HYPNOS_ASSIGN_OR_RETURN(auto recorder,
                          SessionRecorder::Start(files, clock, OptionsOf(config), about));
  log::Info("recording into '{}'", Printable(recorder->status().session));
  return std::unique_ptr<SessionLog>(
      new SessionLog(files, clock, beginning.version, std::move(recorder)));
}

SessionLog::SessionLog(FileSystem& files, const Clock& clock, std::string version,
                       std::unique_ptr<SessionRecorder> recorder)
    : files_(files), clock_(clock), version_(std::move(version)), recorder_(std::move(recorder)) {}

void SessionLog::OnInput(uint64_t moment, const PipelineInput& input) {
  if (ended_) return;
  moment_ = moment;
  session::Event event = EventOf(moment, input);
  if (const auto* replaced = std::get_if<StateReplaced>(&input)) {
    const Status written = WriteState(*replaced->control, *event.mutable_state_replaced());
    if (!written.ok()) {
      event.mutable_state_replaced()->set_why(written.error().message);
      log::Warning(
          "session log: what the network is now cannot be kept: {}; the session cannot be replayed "
          "beyond here",
          Printable(written.error().message));
    }
  }
  recorder_->Record(std::move(event));
}

Status SessionLog::WriteState(PipelineControl& control, session::StateReplaced& written) try {
  const std::string folder = recorder_->status().session;
  if (folder.empty()) {
    return Error{Code::kUnavailable, "NO_SESSION", "the session's folder is not there yet"};
  }
  StatePicture picture;
  HYPNOS_ASSIGN_OR_RETURN(const StateCounts counts, control.SaveState(picture));
  picture.Finish();
  const CheckpointFacts facts = {.program = version_,
                                 .time = clock_.WallNow(),
                                 .frames = counts.frames,
                                 .steps = counts.steps};
  const std::string name = StateName(states_), path = folder + "/" + name;
  const auto bytes = WriteCheckpoint(files_, path, facts, picture);
  const Status durable = bytes.ok() ? files_.SyncFolder(folder) : Status(bytes.error());
  const Result<uint64_t> digest =
      durable.ok() ? DigestOfFile(files_, path) : Result<uint64_t>(durable.error());
  if (!digest.ok()) {
    (void)files_.Remove(path);
    return digest.error();
  }
  ++states_;
  written.set_file(name);
  written.set_digest(*digest);
  return {};
} catch (const std::bad_alloc&) {
  return Error{Code::kResourceExhausted, "OUT_OF_MEMORY", "there is not enough memory for it"};
}

void SessionLog::End(uint64_t weights) {
  ended_ = true;
  session::Event end;
  end.set_moment(moment_);
  end.mutable_end()->set_weights(weights);
  recorder_->Record(std::move(end));
  recorder_->Close();
  const RecorderStatus status = recorder_->status();
  if (status.exact) return;
  log::Warning(
      "session log: {} frames and {} other events could not be recorded: '{}' cannot be "
      "replayed to the same weights",
      status.frames_lost, status.events_lost - status.frames_lost, Printable(status.session));
}

telemetry::SessionLog SessionLog::Report() const {
  const RecorderStatus status = recorder_->status();
  telemetry::SessionLog report;
  report.set_session(status.session);
  report.set_failing(status.failing);
  report.set_segments(status.segments);
  report.set_segments_removed(status.segments_removed);
  report.set_bytes(status.bytes);
  report.set_frames(status.frames);
  report.set_events(status.events);
  report.set_frames_lost(status.frames_lost);
  report.set_events_lost(status.events_lost);
  report.set_exact(status.exact);
  return report;
}

}  // namespace hypnos

#include "daemon/session_log.h"

#include <algorithm>
#include <utility>

#include "daemon/build_options.h"
#include "daemon/session_events.h"
#include "hypnos/base/log.h"
#include "hypnos/base/printable.h"
#include "hypnos/config/print.h"
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
  return std::unique_ptr<SessionLog>(new SessionLog(std::move(recorder)));
}

void SessionLog::OnInput(uint64_t moment, const PipelineInput& input) {
  moment_ = moment;
  recorder_->Record(EventOf(moment, input));
}

void SessionLog::End(uint64_t weights) {
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

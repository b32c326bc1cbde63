// status
#include <map>
#include <utility>

#include "cli/figures.h"
#include "cli/groups.h"
#include "cli/table.h"
#include "cli/telemetry_text.h"
#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"

namespace hypnos::cli {
namespace {

std::string Resets(const control::StatusResponse& status) {
  // Of a protobuf map the order is not defined.
  const std::map<std::string, uint64_t> counts(status.discontinuities().begin(),
                                               status.discontinuities().end());
  std::string text;
  for (const auto& [reason, count] : counts) {
    text += Format("{}{} {}", text.empty() ? "" : ", ", Printable(reason), count);
  }
  return text.empty() ? "-" : text;
}

std::string CheckpointsText(const telemetry::Checkpoints& checkpoints) {
  std::string text = "none yet";
  if (checkpoints.has_last_success_time()) {
    text = Format("{}, {}, of {}", Printable(checkpoints.last()), Bytes(checkpoints.last_bytes()),
                  Utc(checkpoints.last_success_time()));
  }
  if (checkpoints.failing()) text += "; none can be saved: " + Printable(checkpoints.why());
  if (checkpoints.saving_seconds() > 10) {
    text += Format("; one is being saved for {:.0f} s", checkpoints.saving_seconds());
  }
  return text;
}

std::string Recorded(const hypnos::telemetry::SessionLog& log) {
  std::string text = Format("{}, {} in {}", Counted(log.frames(), "frame"), Bytes(log.bytes()),
                            Printable(log.session()));
  if (!log.exact()) {
    text += Format("; {} and {} could not be recorded", Counted(log.frames_lost(), "frame"),
                   Counted(log.events_lost() - log.frames_lost(), "other event"));
  }
  if (!log.failing().empty()) text += "; NOT RECORDED NOW: " + Printable(log.failing());
  return text;
}

std::string HistoryText(const telemetry::History& history) {
  std::string text = Format("{} series", history.series());
  if (history.folder().empty()) return text + ", of the last hour, in memory";
  text += Format(", {} in {}", Bytes(history.bytes()), Printable(history.folder()));
  if (history.has_oldest_time()) text += Format(" since {}", Utc(history.oldest_time()));
  if (history.lost() > 0) text += Format("; {} never written", Counted(history.lost(), "second"));
  if (history.failing()) text += "; NOT WRITTEN NOW: " + Printable(history.why());
  return text;
}

// With the last decision, until there is another one.
std::string GuardLine(const telemetry::Guard& guard) {
  std::string text = GuardText(guard);
  for (const telemetry::GuardDecision& last : guard.decisions()) {
    text +=
        Format("; frame {}, {}: {}", last.frames(), Utc(last.time()), Printable(last.message()));
  }
  return text;
}

// What one network does; with several, below the source's name.
std::string NetworkText(const control::StatusResponse& status, Facts facts) {
  facts.Add("phase", PhaseText(status.phase()));
  facts.Add("frames", Format("{} at {:.1f} a second; {} dreamed", status.frames(),
                             status.frames_per_second(), Counted(status.dream_steps(), "step")));
  facts.Add("prediction error", status.has_prediction_error()
                                    ? Format("{:.4f} {}", status.prediction_error(),
                                             Printable(status.prediction_error_unit()))
                                    : "-");
  facts.Add("state was reset", Resets(status));
  if (status.has_guard()) facts.Add("guard", GuardLine(status.guard()));
  if (status.has_checkpoints()) facts.Add("checkpoints", CheckpointsText(status.checkpoints()));
  if (status.has_session_log()) facts.Add("session log", Recorded(status.session_log()));
  return facts.Text();
}

std::string LearnedText(const control::StatusResponse& status) {
  return "\n" + LayersText(status.layers()) +
         (status.has_labels() ? "\n" + LabelsText(status.labels()) : "");
}

std::string Show(const Session&, const control::Response& response) {
  const control::StatusResponse& status = response.status();
  Facts facts;
  facts.Add("hypnosd", Format("{}, up {}, {}{}", Printable(status.daemon_version()),
                              Span(status.uptime_seconds()), Counted(status.clients(), "client"),
                              status.stopping() ? ", stopping" : ""));
  if (status.has_history()) facts.Add("history", HistoryText(status.history()));
  if (status.replaying()) facts.Add("replay", "of a session: nobody can change what is learned");
  if (response.of_each().empty()) {
    return NetworkText(status, std::move(facts)) + "\n" + SourcesText(status.sources()) +
           LearnedText(status);
  }
  facts.Add("frames", Format("{} at {:.1f} a second; {} dreamed, by {}", status.frames(),
                             status.frames_per_second(), Counted(status.dream_steps(), "step"),
                             Counted(static_cast<uint64_t>(response.of_each_size()), "network")));
  std::string text = facts.Text() + "\n" + SourcesText(status.sources());
  for (const auto& each : response.of_each()) {
    text += Format("\n{}:\n", Printable(each.source())) +
            NetworkText(each.response().status(), {}) + LearnedText(each.response().status());
  }
  return text;
}

Result<control::Request> Ask(const Session& session) {
  control::Request request;
  request.mutable_status()->set_source(session.source());
  return request;
}

}  // namespace

std::vector<Command> StatusCommands() {
  return {{.words = "status",
           .summary = "What the daemon is doing: phase, speed, sources, layers",
           .example = "status",
           .parameters = {kOfNetwork},
           .request = control::Request::kStatus,
           .ask = Ask,
           .show = Show,
           .shows_each = true}};
}

}  // namespace hypnos::cli

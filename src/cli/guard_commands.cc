// guard status, resume
#include "cli/figures.h"
#include "cli/groups.h"
#include "cli/table.h"
#include "cli/telemetry_text.h"
#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"

namespace hypnos::cli {
namespace {

std::string Decisions(const telemetry::Guard& guard) {
  Table table({"time", ">frame", "what was decided, and why"});
  for (const telemetry::GuardDecision& decision : guard.decisions()) {
    table.Add(
        {Utc(decision.time()), Format("{}", decision.frames()), Printable(decision.message())});
  }
  return table.Text("nothing had to be decided so far");
}

Command ShowGuard() {
  return {.words = "guard status",
          .summary = "What the guard makes of the network, and all that it has done",
          .example = "guard status",
          .parameters = {kOfNetwork},
          .request = control::Request::kGuard,
          .ask = [](const Session& session) -> Result<control::Request> {
            control::Request request;
            request.mutable_guard()->set_source(session.source());
            return request;
          },
          .show =
              [](const Session&, const control::Response& response) {
                const telemetry::Guard& guard = response.guard().guard();
                Facts facts;
                facts.Add("guard", GuardText(guard));
                facts.Add("judged", Format("{}, {}", Times(guard.judged()),
                                           Counted(guard.alarms(), "alarm")));
                facts.Add("good state",
                          guard.has_good_steps()
                              ? Format("of after {}", Counted(guard.good_steps(), "learned step"))
                              : "none");
                return facts.Text() + "\n" + Decisions(guard);
              }};
}

Command Resume() {
  return {.words = "guard resume",
          .summary = "Learns on where the guard has stopped it; attempts count from 0 again",
          .example = "guard resume",
          .parameters = {{.name = "--full-rate",
                          .help = "At the configured learning rates; otherwise as slowly as the "
                                  "guard has it"},
                         kOfNetwork},
          .request = control::Request::kResumeGuard,
          .ask = [](const Session& session) -> Result<control::Request> {
            control::Request request;
            request.mutable_resume_guard()->set_full_rate(session.values().Has("--full-rate"));
            request.mutable_resume_guard()->set_source(session.source());
            return request;
          },
          .show =
              [](const Session&, const control::Response& response) {
                const control::ResumeGuardResponse& resumed = response.resume_guard();
                return Format("{} ({})\n",
                              resumed.changed() ? "resumed" : "there was nothing to resume from",
                              GuardText(resumed.guard()));
              }};
}

}  // namespace

std::vector<Command> GuardCommands() { return {ShowGuard(), Resume()}; }

}  // namespace hypnos::cli

// learning on, off; sleep now, abort, status; wake
#include "cli/figures.h"
#include "cli/groups.h"
#include "cli/telemetry_text.h"
#include "hypnos/base/format.h"

namespace hypnos::cli {
namespace {

Result<control::Request> SetLearning(bool on) {
  control::Request request;
  request.mutable_set_learning()->set_on(on);
  return request;
}

std::string ShowLearning(const control::Response& response, const char* now, const char* before) {
  return Format("learning {}\n", response.set_learning().changed() ? now : before);
}

// What was asked for, and where that leaves it.
std::string Outcome(bool changed, const char* now, const char* before,
                    const telemetry::Phase& phase) {
  return Format("{} ({})\n", changed ? now : before, PhaseText(phase));
}

Command LearningOn() {
  return {.words = "learning on",
          .summary = "Learns again",
          .example = "learning on",
          .request = control::Request::kSetLearning,
          .ask = [](const Session&) { return SetLearning(true); },
          .show =
              [](const Session&, const control::Response& response) {
                return ShowLearning(response, "is on", "was on already");
              }};
}

Command LearningOff() {
  return {.words = "learning off",
          .summary = "Learns nothing, whatever is seen, until it is switched on; ends a sleep",
          .example = "learning off",
          .request = control::Request::kSetLearning,
          .ask = [](const Session&) { return SetLearning(false); },
          .show =
              [](const Session&, const control::Response& response) {
                return ShowLearning(response, "is off", "was off already");
              }};
}

Command SleepNow() {
  return {.words = "sleep now",
          .summary = "Falls asleep before the next frame",
          .example = "sleep now --steps 200",
          .parameters = {{.name = "--steps",
                          .help = "Dreamed steps; as configured if not given",
                          .kind = Parameter::Kind::kCount,
                          .value = "COUNT",
                          .least = 1,
                          .most = 1e9}},
          .request = control::Request::kSleepNow,
          .ask = [](const Session& session) -> Result<control::Request> {
            control::Request request;
            request.mutable_sleep_now()->set_steps(session.values().Count("--steps"));
            return request;
          },
          .show =
              [](const Session&, const control::Response& response) {
                return Outcome(response.sleep_now().changed(), "falls asleep", "was asleep already",
                               response.sleep_now().phase());
              }};
}

Command SleepAbort() {
  return {.words = "sleep abort",
          .summary = "Wakes up at once, in the middle of a dream; what was learned stays",
          .example = "sleep abort",
          .request = control::Request::kAbortSleep,
          .ask = [](const Session&) -> Result<control::Request> {
            control::Request request;
            request.mutable_abort_sleep();
            return request;
          },
          .show =
              [](const Session&, const control::Response& response) {
                return Outcome(response.abort_sleep().changed(), "wakes up at once", "was awake",
                               response.abort_sleep().phase());
              }};
}

Command SleepStatus() {
  return {.words = "sleep status",
          .summary = "Whether it sleeps, and how much it has dreamed",
          .example = "sleep status",
          .request = control::Request::kSleepStatus,
          .ask = [](const Session&) -> Result<control::Request> {
            control::Request request;
            request.mutable_sleep_status();
            return request;
          },
          .show =
              [](const Session&, const control::Response& response) {
                return Format("{}; {} dreamed\n", PhaseText(response.sleep_status().phase()),
                              Counted(response.sleep_status().dream_steps(), "step"));
              }};
}

Command Wake() {
  return {.words = "wake",
          .summary = "Wakes up when the dream under way has come to its end",
          .example = "wake",
          .request = control::Request::kWake,
          .ask = [](const Session&) -> Result<control::Request> {
            control::Request request;
            request.mutable_wake();
            return request;
          },
          .show =
              [](const Session&, const control::Response& response) {
                return Outcome(response.wake().changed(), "wakes up after this dream", "was awake",
                               response.wake().phase());
              }};
}

}  // namespace

std::vector<Command> PhaseCommands() {
  return {LearningOn(), LearningOff(), SleepNow(), SleepAbort(), SleepStatus(), Wake()};
}

}  // namespace hypnos::cli

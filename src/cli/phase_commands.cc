// learning on, off; sleep now, abort, status; wake
#include "cli/figures.h"
#include "cli/groups.h"
#include "cli/table.h"
#include "cli/telemetry_text.h"
#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"

namespace hypnos::cli {
namespace {

Result<control::Request> SetLearning(const Session& session, bool on) {
  control::Request request;
  request.mutable_set_learning()->set_on(on);
  request.mutable_set_learning()->set_source(session.source());
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
          .parameters = {kOfNetwork},
          .request = control::Request::kSetLearning,
          .ask = [](const Session& session) { return SetLearning(session, true); },
          .show =
              [](const Session&, const control::Response& response) {
                return ShowLearning(response, "is on", "was on already");
              }};
}

Command LearningOff() {
  return {.words = "learning off",
          .summary = "Learns nothing, whatever is seen, until it is switched on; ends a sleep",
          .example = "learning off --source door",
          .parameters = {kOfNetwork},
          .request = control::Request::kSetLearning,
          .ask = [](const Session& session) { return SetLearning(session, false); },
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
                          .most = 1e9},
                         kOfNetwork},
          .request = control::Request::kSleepNow,
          .ask = [](const Session& session) -> Result<control::Request> {
            control::Request request;
            request.mutable_sleep_now()->set_steps(session.values().Count("--steps"));
            request.mutable_sleep_now()->set_source(session.source());
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
          .parameters = {kOfNetwork},
          .request = control::Request::kAbortSleep,
          .ask = [](const Session& session) -> Result<control::Request> {
            control::Request request;
            request.mutable_abort_sleep()->set_source(session.source());
            return request;
          },
          .show =
              [](const Session&, const control::Response& response) {
                return Outcome(response.abort_sleep().changed(), "wakes up at once", "was awake",
                               response.abort_sleep().phase());
              }};
}

// "0.612 to 0.830", or one of them.
std::string Change(const telemetry::ProbeLayer* before, const telemetry::ProbeLayer& after,
                   double (telemetry::ProbeLayer::*figure)() const) {
  const std::string now = Format("{:.3f}", (after.*figure)());
  return before == nullptr ? now : Format("{:.3f} to {}", (before->*figure)(), now);
}

// What it began and ended by, and what became of the probe set, layer by layer.
std::string LastSleepText(const control::SleepStatusResponse::Sleep& sleep) {
  std::string text = Format("sleep {}: {} in {:.1f} s, began by {}, ended by {}\n", sleep.number(),
                            Counted(sleep.steps(), "step"), sleep.seconds(),
                            Printable(sleep.began()), Printable(sleep.ended()));
  if (!sleep.has_after()) return text;
  Table table({">layer", ">AUC", ">pairs told", ">negatives above 1/2", ">real below", ">saturated",
               ">weight norm"});
  for (int l = 0; l < sleep.after().layers_size(); ++l) {
    const telemetry::ProbeLayer& after = sleep.after().layers(l);
    const telemetry::ProbeLayer* before =
        l < sleep.before().layers_size() ? &sleep.before().layers(l) : nullptr;
    using Layer = telemetry::ProbeLayer;
    table.Add({Format("{}", after.layer()), Change(before, after, &Layer::auc),
               Change(before, after, &Layer::pairwise_accuracy),
               Change(before, after, &Layer::negatives_above),
               Change(before, after, &Layer::positives_below),
               Change(before, after, &Layer::saturated), Change(before, after, &Layer::mean_norm)});
  }
  return text + table.Text("");
}

Command SleepStatus() {
  return {.words = "sleep status",
          .summary = "Whether it sleeps, how much it has dreamed, and what the last sleep did",
          .example = "sleep status",
          .parameters = {kOfNetwork},
          .request = control::Request::kSleepStatus,
          .ask = [](const Session& session) -> Result<control::Request> {
            control::Request request;
            request.mutable_sleep_status()->set_source(session.source());
            return request;
          },
          .show =
              [](const Session&, const control::Response& response) {
                const control::SleepStatusResponse& status = response.sleep_status();
                std::string text = Format("{}; {} dreamed\n", PhaseText(status.phase()),
                                          Counted(status.dream_steps(), "step"));
                return status.has_last() ? text + LastSleepText(status.last()) : text;
              }};
}

Command Wake() {
  return {.words = "wake",
          .summary = "Wakes up when the dream under way has come to its end",
          .example = "wake",
          .parameters = {kOfNetwork},
          .request = control::Request::kWake,
          .ask = [](const Session& session) -> Result<control::Request> {
            control::Request request;
            request.mutable_wake()->set_source(session.source());
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

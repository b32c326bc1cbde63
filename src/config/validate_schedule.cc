#include <cstdint>
#include <string>

#include "config/checker.h"
#include "config/validate_parts.h"
#include "hypnos/base/format.h"
#include "hypnos/schedule/daily_hours.h"

namespace hypnos::config {
namespace {

class ScheduleCheck final : public Checker {
 public:
  using Checker::Checker;

  void Check(const Config& config) {
    CheckDreams(config);
    CheckHours(config.schedule());
    CheckNeed(config);
    CheckRuleSleeps(config);
  }

 private:
  void CheckDreams(const Config& config) {
    const std::string steps = "schedule.dream_steps";
    if (!Known({steps, "schedule.wake_steps", "schedule.sleep_steps", "learning.rule",
                "network.layers"})) {
      return;
    }
    const Schedule& schedule = config.schedule();
    const bool dreams = (schedule.wake_steps() > 0 && schedule.sleep_steps() > 0) ||
                        schedule.hours_size() > 0 || schedule.quiet_seconds() > 0 ||
                        LooksAtProbes(schedule.need()) ||
                        config.learning().rule() == Learning::INTERLEAVED;
    const uint64_t layers = static_cast<uint64_t>(config.network().layers_size());
    if (!dreams || schedule.dream_steps() >= layers + 2) return;
    Complain(steps, Format("a dream of {} steps is too short: it reaches layer l only l-1 steps "
                           "later, so {} layers need at least {}",
                           schedule.dream_steps(), layers, layers + 2));
  }

  void CheckHours(const Schedule& schedule) {
    for (int i = 0; i < schedule.hours_size(); ++i) {
      const HoursOfSleep& hours = schedule.hours(i);
      const std::string path = Join("schedule.hours", i);
      CheckTimeOfDay(hours.from(), Join(path, "from"));
      CheckTimeOfDay(hours.to(), Join(path, "to"));
    }
    const std::string zone = "schedule.time_zone";
    if (!Known({zone})) return;
    const auto known = DailyHours::Create({}, schedule.time_zone());
    if (!known.ok()) Complain(zone, known.error().message);
  }

  void CheckTimeOfDay(const std::string& text, const std::string& path) {
    if (!Known({path})) return;
    const auto time = ParseTimeOfDay(text);
    if (!time.ok()) Complain(path, time.error().message);
  }

  static bool LooksAtProbes(const SleepNeed& need) {
    return need.negatives_above() > 0 || need.goodness_ratio() > 0 || need.saturated() > 0 ||
           need.auc() > 0;
  }

  // Who goes by what the probe set says has to have one, and to ask it now and then.
  void CheckNeed(const Config& config) {
    const SleepNeed& need = config.schedule().need();
    const std::string path = "schedule.need", finished = "schedule.wake_when_finished";
    const bool by_need = LooksAtProbes(need) || need.positives_below() > 0;
    const bool asks = by_need || config.schedule().wake_when_finished();
    if (!asks || !Known({path, finished, "probe.sequences", "probe.every_steps"})) return;
    if (config.probe().sequences() == 0 || config.probe().every_steps() == 0) {
      Complain(by_need ? path : finished,
               "is judged by the probe set, which is scored every so many steps: probe.sequences "
               "and probe.every_steps have to be above 0");
    }
    if (LooksAtProbes(need)) CheckLimits(config.schedule(), path);
  }

  void CheckLimits(const Schedule& schedule, const std::string& path) {
    const SleepNeed& need = schedule.need();
    const auto check = [&](const char* key, bool attainable) {
      if (!attainable) {
        Complain(Join(path, key),
                 Format("with a margin of {} nothing would ever be good enough to wake up for",
                        need.margin()));
      }
    };
    const auto above = [&](double limit) { return limit == 0 || limit > need.margin(); };
    check("negatives_above", above(need.negatives_above()));
    check("goodness_ratio", above(need.goodness_ratio()));
    check("saturated", above(need.saturated()));
    check("auc", need.auc() == 0 || need.auc() + need.margin() < 1);
    const bool counts = schedule.wake_steps() > 0 && schedule.sleep_steps() > 0;
    if (!counts || need.least_wake_steps() < schedule.wake_steps()) return;
    Complain(Join(path, "least_wake_steps"),
             Format("it falls asleep by count after {} steps (schedule.wake_steps), before need "
                    "would be asked: give fewer, or schedule.wake_steps: 0",
                    schedule.wake_steps()));
  }

  // Asked for, and never to come.
  void CheckRuleSleeps(const Config& config) {
    const Schedule& schedule = config.schedule();
    const Learning::Rule rule = config.learning().rule();
    const bool never = rule == Learning::INTERLEAVED || rule == Learning::LOOKING;
    if (!never || !Known({"schedule", "learning.rule"})) return;
    const char* key = schedule.hours_size() > 0        ? "hours"
                      : schedule.quiet_seconds() > 0   ? "quiet_seconds"
                      : LooksAtProbes(schedule.need()) ? "need"
                      : schedule.wake_when_finished()  ? "wake_when_finished"
                                                       : nullptr;
    if (key == nullptr) return;
    Complain(Join("schedule", key),
             "is for rules that sleep, and learning.rule is one that never does: choose rehearsed, "
             "deferred_contrast or carried_velocity, or leave the key out");
  }
};

}  // namespace

void ValidateSchedule(const Config& config, const Places& places, Report* report) {
  ScheduleCheck(places, report).Check(config);
}

}  // namespace hypnos::config

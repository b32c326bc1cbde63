#include "bench/soak.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

#include "bench/watch_clip.h"
#include "hypnos/base/format.h"

namespace hypnos::bench {
namespace {

constexpr std::chrono::seconds kInterval(1);

// Samples the resident memory at each interval after the warm-up; stops the run when time is up.
class Sampler {
 public:
  explicit Sampler(const SoakOptions& options) : options_(options) {}

  void Run(const std::stop_token& run_ended, const Stop& stop) {
    const Instant begin = clock_.Now();
    while (Wait(run_ended)) {
      const double seconds = Seconds(clock_.Now() - begin) - options_.warm_up_seconds;
      if (seconds >= 0) Sample(seconds / 60);
      if (!error_.ok() || seconds >= 60 * options_.minutes) return stop();
    }
  }

  const Status& error() const { return error_; }
  const std::vector<MemorySample>& samples() const { return samples_; }

 private:
  // False: the run ended meanwhile.
  bool Wait(const std::stop_token& run_ended) {
    std::unique_lock lock(mutex_);
    never_.wait_for(lock, run_ended, kInterval, [] { return false; });
    return !run_ended.stop_requested();
  }

  void Sample(double minutes) {
    const Result<double> resident = ResidentKib();
    if (resident.ok()) {
      samples_.push_back({.minutes = minutes, .resident_kib = *resident});
    } else {
      error_ = resident.error();
    }
  }

  const SoakOptions options_;
  const SystemClock clock_;
  std::mutex mutex_;
  std::condition_variable_any never_;
  std::vector<MemorySample> samples_;
  Status error_;
};

}  // namespace

Result<SoakReport> Soak(const SoakOptions& options) {
  Sampler sampler(options);
  const auto sample_beside = [&](Stop stop) {
    return std::jthread([&sampler, stop = std::move(stop)](const std::stop_token& run_ended) {
      sampler.Run(run_ended, stop);
    });
  };
  HYPNOS_ASSIGN_OR_RETURN(const Watched watched,
                          WatchClip(options.clip, 0, StandardPipeline(16, 0), sample_beside));
  if (!sampler.error().ok()) return sampler.error().error();
  return SoakReport{.memory = TrendOf(sampler.samples()),
                    .frames = watched.summary.frames,
                    .dream_steps = watched.summary.dream_steps,
                    .elapsed = watched.summary.elapsed};
}

std::string ToText(const SoakReport& report) {
  const MemoryTrend& memory = report.memory;
  return Format(
      "{} frames and {} dream steps in {:.1f} min.\n"
      "Resident memory, {} samples after the warm-up: first {:.0f} KiB, last {:.0f} KiB, "
      "smallest {:.0f} KiB, largest {:.0f} KiB.\n"
      "Slope (least squares): {:.1f} KiB/min\n",
      report.frames, report.dream_steps, Seconds(report.elapsed) / 60, memory.samples,
      memory.first_kib, memory.last_kib, memory.smallest_kib, memory.largest_kib,
      memory.slope_kib_per_minute);
}

}  // namespace hypnos::bench

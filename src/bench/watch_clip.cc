#include "bench/watch_clip.h"

#include <sys/resource.h>

#include <atomic>
#include <memory>
#include <optional>
#include <utility>

#include "hypnos/sources/capture_thread.h"
#include "hypnos/sources/file_source.h"

namespace hypnos::bench {
namespace {

// As the configuration's default.
constexpr size_t kQueueFrames = 4;

// The first frames of another source, and how long it took to make them.
class MeasuredSource final : public Source {
 public:
  using Nanoseconds = std::atomic<Duration::rep>;

  MeasuredSource(std::unique_ptr<Source> source, int64_t frames, const Clock& clock,
                 std::shared_ptr<Nanoseconds> spent)
      : source_(std::move(source)), left_(frames), clock_(clock), spent_(std::move(spent)) {}

  Result<FrameOrEnd> Next() override {
    if (left_ == 0) return FrameOrEnd(EndOfStream{});
    if (left_ > 0) --left_;
    const Instant begin = clock_.Now();
    Result<FrameOrEnd> next = source_->Next();
    *spent_ += (clock_.Now() - begin).count();
    return next;
  }
  bool live() const override { return source_->live(); }
  std::optional<int64_t> frame_count() const override { return source_->frame_count(); }
  std::string Describe() const override { return source_->Describe(); }

 private:
  const std::unique_ptr<Source> source_;
  int64_t left_;  // negative: no end
  const Clock& clock_;
  const std::shared_ptr<Nanoseconds> spent_;
};

class SleepWatch final : public PipelineObserver {
 public:
  explicit SleepWatch(const Clock& clock) : clock_(clock) {}
  void OnPhase(const PhaseReport& report) override {
    const Instant now = clock_.Now();
    if (!report.asleep) asleep_ += now - changed_;
    changed_ = now;
  }
  Duration asleep() const { return asleep_; }

 private:
  const Clock& clock_;
  Instant changed_{};
  Duration asleep_{};
};

Duration CpuTime() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto duration = [](const timeval& time) {
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
  };
  return duration(usage.ru_utime) + duration(usage.ru_stime);
}

}  // namespace

PipelineOptions StandardPipeline(int stride, int threads) {
  PipelineOptions options;
  options.network.patches = {.size = 16, .stride = stride};
  options.network.layers.resize(2);
  options.threads = threads;
  return options;
}

Result<Watched> WatchClip(const std::string& clip, int64_t frames, const PipelineOptions& options,
                          const Companion& companion) {
  HYPNOS_ASSIGN_OR_RETURN(auto file, OpenFileSource({.name = "clip"}, {.path = clip, .rounds = 0}));
  // The capture thread may outlive this call, if its library hangs; so does what it refers to.
  static const SystemClock clock;
  const auto decode = std::make_shared<MeasuredSource::Nanoseconds>(0);
  SleepWatch sleep(clock);
  Pipeline pipeline(options, clock, sleep);
  const Duration cpu_before = CpuTime();
  CaptureThread capture(
      std::make_unique<MeasuredSource>(std::move(file), frames > 0 ? frames : -1, clock, decode),
      kQueueFrames, OnFull::kBlock);
  // Joined before what it may stop is gone.
  std::jthread beside;
  if (companion) {
    beside = companion([&] {
      pipeline.Stop();
      capture.queue().Close();
    });
  }
  HYPNOS_ASSIGN_OR_RETURN(RunSummary summary, pipeline.Run(capture.queue()));
  capture.Stop();
  return Watched{.summary = std::move(summary),
                 .decode = Duration(decode->load()),
                 .asleep = sleep.asleep(),
                 .cpu = CpuTime() - cpu_before,
                 .locations = pipeline.network()->grid().locations()};
}

}  // namespace hypnos::bench

// What keeping what is learned costs: for how long learning waits for a picture of the state, how
// long it takes to write and to load, and what becomes of the time of a frame while one checkpoint
// after the other is written.
#include <benchmark/benchmark.h>
#include <stdlib.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "bench/families.h"
#include "bench/streams.h"
#include "hypnos/base/format.h"
#include "hypnos/checkpoint/background_save.h"
#include "hypnos/sources/capture_thread.h"

namespace hypnos::bench {
namespace {

constexpr int kPictures = 32;
constexpr size_t kQueueFrames = 4;
// The last part of each run has one save after the other.
constexpr size_t kWarmUpFrames = 20;
constexpr size_t kFrames = 300;

struct Shape {
  int side = 0;
  int patch = 0;  // 0: the whole frame
  size_t units = 0;
};

// Units of two layers; 8 x 8 patches, or the whole frame.
constexpr Shape kShapes[] = {{64, 8, 256}, {64, 8, 1024}, {64, 0, 512}, {64, 0, 1024}};

PipelineOptions Options(const Shape& shape) {
  PipelineOptions options;
  options.network.patches.size = shape.patch;
  options.network.layers.resize(2);
  for (NetworkLayerOptions& layer : options.network.layers) layer.layer.units = shape.units;
  options.network.learning.rate = 1e-4f;
  options.threads = 2;
  return options;
}

// When each frame and each dreamed step was reported.
class FrameTimes final : public PipelineObserver {
 public:
  explicit FrameTimes(const Clock& clock) : clock_(clock) {}
  void OnFrame(const FrameReport& /*report*/) override { Count(); }
  void OnDream(const DreamReport& /*report*/) override { Count(); }
  size_t frames() const { return frames_; }

  // Milliseconds, of the frames [first, last), that so large a share of them took at most.
  double Quantile(size_t first, size_t last, double share) const {
    std::vector<double> took;
    for (size_t i = std::max<size_t>(first, 1); i < std::min(last, times_.size()); ++i) {
      took.push_back(1e3 * Seconds(times_[i] - times_[i - 1]));
    }
    if (took.empty()) return 0;
    std::ranges::sort(took);
    return took[std::min(took.size() - 1,
                         static_cast<size_t>(share * static_cast<double>(took.size())))];
  }

 private:
  void Count() {
    times_.push_back(clock_.Now());
    ++frames_;
  }

  const Clock& clock_;
  std::vector<Instant> times_;
  std::atomic<size_t> frames_ = 0;
};

struct Folder {
  Folder() : path(std::filesystem::temp_directory_path().string() + "/hypnos-bench-XXXXXX") {
    HYPNOS_CHECK(mkdtemp(path.data()) != nullptr);
  }
  ~Folder() { std::filesystem::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string path;
};

struct Costs {
  double picture = 0, save = 0, verify = 0, load = 0;  // seconds
  uint64_t bytes = 0;
  int saves = 0;
  size_t quiet_frames = 0;  // those before the first save
};

// One save beside the run; false: the pipeline has stopped.
bool SaveOnce(Pipeline& pipeline, CheckpointFolder& folder, const Clock& clock, Costs& costs) {
  BackgroundSave save;
  const Instant begin = clock.Now();
  std::atomic<int> state = 0;  // 1: started, 2: not
  pipeline.Post([&](PipelineControl& control) {
    const Instant waited = clock.Now();
    StatePicture picture;
    const bool started =
        control.SaveState(picture).ok() &&
        save.Start(folder, {.time = clock.WallNow(), .config = "{}"}, picture).ok();
    costs.picture = std::max(costs.picture, Seconds(clock.Now() - waited));
    state = started ? 1 : 2;
    state.notify_all();
  });
  state.wait(0);
  if (state == 2) return false;
  const auto saved = save.Wait();
  if (!saved.ok()) return false;
  costs.save = Seconds(clock.Now() - begin);
  costs.bytes = saved->bytes;
  ++costs.saves;
  return true;
}

Result<Costs> Measure(const Shape& shape, FrameTimes& times) {
  const SystemClock clock;
  const Folder temp;
  PosixFileSystem files;
  CheckpointFolder folder(files, temp.path, {.keep = 2});
  HYPNOS_ASSIGN_OR_RETURN(const Pictures pictures,
                          Pictures::Create(shape.side, shape.side, kPictures));
  Costs costs;
  Pipeline pipeline(Options(shape), clock, times);
  CaptureThread capture(pictures.Open(), kQueueFrames, OnFull::kBlock);
  std::thread saver([&] {
    while (times.frames() < kWarmUpFrames + kFrames) std::this_thread::yield();
    costs.quiet_frames = times.frames();
    while (times.frames() < costs.quiet_frames + kFrames) {
      if (!SaveOnce(pipeline, folder, clock, costs)) break;
    }
    pipeline.Stop();
    capture.queue().Close();
  });
  const auto result = pipeline.Run(capture.queue());
  saver.join();
  if (!result.ok()) return result.error();

  Instant begin = clock.Now();
  HYPNOS_ASSIGN_OR_RETURN(const CheckpointFile file, folder.Open(""));
  costs.verify = Seconds(clock.Now() - begin);
  begin = clock.Now();
  PipelineObserver nobody;
  Pipeline loaded(Options(shape), clock, nobody);
  CheckpointLoader loader(file);
  HYPNOS_RETURN_IF_ERROR(loaded.Load(loader));
  costs.load = Seconds(clock.Now() - begin);
  return costs;
}

void Run(benchmark::State& state, const Shape& shape, FirstError& error) {
  for ([[maybe_unused]] auto _ : state) {
    const SystemClock clock;
    FrameTimes times(clock);
    const auto costs = Measure(shape, times);
    if (!costs.ok()) {
      if (!error) error = costs.error();
      return state.SkipWithError(costs.error().message.c_str());
    }
    state.SetIterationTime(costs->save);
    auto& counters = state.counters;
    counters["MB"] = static_cast<double>(costs->bytes) / 1e6;
    counters["saves"] = costs->saves;
    counters["picture_ms"] = 1e3 * costs->picture;
    counters["save_ms"] = 1e3 * costs->save;
    counters["verify_ms"] = 1e3 * costs->verify;
    counters["load_ms"] = 1e3 * costs->load;
    const size_t first = costs->quiet_frames;
    counters["step_p50_ms"] = times.Quantile(kWarmUpFrames, first, 0.5);
    counters["step_p99_ms"] = times.Quantile(kWarmUpFrames, first, 0.99);
    counters["saving_p50_ms"] = times.Quantile(first, SIZE_MAX, 0.5);
    counters["saving_p99_ms"] = times.Quantile(first, SIZE_MAX, 0.99);
  }
}

}  // namespace

void RegisterCheckpointFamily(FirstError& error) {
  for (const Shape& shape : kShapes) {
    const std::string name =
        Format("Checkpoint/{}/units:{}", shape.patch > 0 ? "patches" : "frame", shape.units);
    benchmark::RegisterBenchmark(
        name.c_str(), [shape, &error](benchmark::State& state) { Run(state, shape, error); })
        ->UseManualTime()
        ->Iterations(1)
        ->Unit(benchmark::kMillisecond);
  }
}

}  // namespace hypnos::bench

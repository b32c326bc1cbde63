// Video of 640 x 480 in patches of 16 x 16, two layers of 256 that learn from every frame: one
// stream and several at once, from memory and from a file.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <filesystem>
#include <memory>

#include "bench/families.h"
#include "bench/run_streams.h"
#include "bench/streams.h"
#include "bench/watch_clip.h"
#include "hypnos/base/format.h"
#include "hypnos/imaging/video_writer.h"
#include "hypnos/network/patch_grid.h"
#include "hypnos/sources/file_source.h"

namespace hypnos::bench {
namespace {

constexpr int kWidth = 640;
constexpr int kHeight = 480;
constexpr int kPictures = 32;
constexpr double kFrameRate = 30;
// A jump back to the beginning is a discontinuity: let it be rare.
constexpr int kClipFrames = 512;

struct Case {
  const char* name;
  int stride;
  int streams;
  int threads;  // of each stream
  bool decode;
};

constexpr Case kCases[] = {
    {"Grid/stride:16/streams:1/threads:1", 16, 1, 1, false},
    {"Grid/stride:16/streams:1/threads:2", 16, 1, 2, false},
    {"Grid/stride:16/streams:2/threads:1", 16, 2, 1, false},
    {"Grid/stride:16/streams:4/threads:1", 16, 4, 1, false},
    {"Grid/stride:8/streams:1/threads:2", 8, 1, 2, false},
    {"Grid/stride:8/streams:2/threads:1", 8, 2, 1, false},
    {"Grid/stride:8/streams:4/threads:1", 8, 4, 1, false},
    {"Grid/stride:16/streams:2/threads:1/decode", 16, 2, 1, true},
    {"Grid/stride:8/streams:4/threads:1/decode", 8, 4, 1, true},
};

// Awake for ever: every frame is learned from, nothing is dreamed.
PipelineOptions Awake(const Case& c) {
  PipelineOptions options = StandardPipeline(c.stride, c.threads);
  options.schedule.sleep_steps = 0;
  return options;
}

// Multiplications and additions of the matrix products of one frame: each weight of the layers once
// to look and once for its gradient, and as many for the generator, which predicts and learns.
Result<double> OperationsOfFrame(const PipelineOptions& options) {
  const NetworkOptions& network = options.network;
  HYPNOS_ASSIGN_OR_RETURN(
      const PatchGrid grid,
      PatchGrid::Create({.channels = 1, .height = kHeight, .width = kWidth}, network.patches));
  size_t weights = 0;
  size_t features = grid.inputs();
  const size_t count = network.layers.size();
  for (size_t l = 0; l < count; ++l) {
    const size_t units = network.layers[l].layer.units;
    const size_t below = l == 0 ? grid.inputs() : network.layers[l - 1].layer.units;
    const size_t above = l + 1 < count ? network.layers[l + 1].layer.units : 0;
    weights += units * (below + above + units);
    features += units;
  }
  weights += grid.inputs() * features;
  return 4 * static_cast<double>(weights * grid.locations());
}

// A Motion-JPEG file of some pictures, there and back again; gone with this object.
class Clip {
 public:
  explicit Clip(const Pictures& pictures)
      : path_(std::filesystem::temp_directory_path() / Format("hypnos-bench-{}.avi", getpid())),
        written_(Write(pictures)) {}
  ~Clip() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  Clip(const Clip&) = delete;
  Clip& operator=(const Clip&) = delete;

  Result<std::unique_ptr<Source>> Open() const {
    HYPNOS_RETURN_IF_ERROR(written_);
    return OpenFileSource({.name = "clip"}, {.path = path_.string(), .rounds = 0});
  }

 private:
  Status Write(const Pictures& pictures) const {
    HYPNOS_ASSIGN_OR_RETURN(const auto writer,
                            CreateVideo(path_.string(), kWidth, kHeight, kFrameRate));
    const auto source = pictures.Open();
    for (int i = 0; i < kClipFrames; ++i) {
      HYPNOS_ASSIGN_OR_RETURN(const FrameOrEnd next, source->Next());
      HYPNOS_RETURN_IF_ERROR(writer->Write(std::get<Frame>(next).image));
    }
    return {};
  }

  const std::filesystem::path path_;
  const Status written_;
};

Result<StreamsReport> RunCase(const Case& c, int64_t frames) {
  HYPNOS_ASSIGN_OR_RETURN(const Pictures pictures, Pictures::Create(kWidth, kHeight, kPictures));
  const StreamsOptions options{.streams = c.streams, .frames = frames, .pipeline = Awake(c)};
  if (!c.decode) return RunStreams(options, [&] { return pictures.Open(); });
  const Clip clip(pictures);
  return RunStreams(options, [&] { return clip.Open(); });
}

void Run(benchmark::State& state, const Case& c, int64_t frames, FirstError& error) {
  RunStreamsCase(
      state, [&] { return RunCase(c, frames); }, error);
  const auto operations = OperationsOfFrame(Awake(c));
  if (!operations.ok()) return;
  state.counters["FLOP/s"] = *operations * state.counters["frames/s"];
}

}  // namespace

void RegisterGridFamily(const FamilyOptions& options, FirstError& error) {
  for (const Case& c : kCases) {
    benchmark::RegisterBenchmark(
        c.name, [&](benchmark::State& state) { Run(state, c, options.frames, error); })
        ->UseManualTime()
        ->Iterations(1)
        ->Unit(benchmark::kSecond);
  }
}

}  // namespace hypnos::bench

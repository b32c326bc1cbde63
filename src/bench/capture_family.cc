// What it costs to read a picture in a process of its own, beside reading it here: the same clip,
// the same decoder, every picture copied out once.
#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <memory>
#include <string>

#include "bench/families.h"
#include "hypnos/base/format.h"
#include "hypnos/imaging/child_capture.h"
#include "hypnos/imaging/video_capture.h"

namespace hypnos::bench {
namespace {

constexpr int64_t kPictures = 700;  // fewer than the usual clip has

Duration CpuTime(int whose) {
  rusage usage{};
  getrusage(whose, &usage);
  const auto duration = [](const timeval& time) {
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
  };
  return duration(usage.ru_utime) + duration(usage.ru_stime);
}

// With what its children took that have ended.
Duration CpuTime() { return CpuTime(RUSAGE_SELF) + CpuTime(RUSAGE_CHILDREN); }

Result<std::unique_ptr<VideoCapture>> Open(const std::string& clip, bool in_child) {
  // A path is a URL to FFmpeg, and both ways go through the same reader.
  if (!in_child) return OpenStream({.url = clip}, Duration::zero());
  return OpenStreamInChild({.url = clip}, {.program = CaptureProgramBesideThis(),
                                           .waits = true,
                                           .interruption = std::make_shared<Interruption>()});
}

Result<int64_t> ReadAll(const std::string& clip, bool in_child) {
  HYPNOS_ASSIGN_OR_RETURN(auto capture, Open(clip, in_child));
  Image image;
  int64_t pictures = 0;
  while (pictures < kPictures) {
    HYPNOS_ASSIGN_OR_RETURN(const bool more, capture->Grab());
    if (!more) break;
    HYPNOS_RETURN_IF_ERROR(capture->Retrieve(&image));
    benchmark::DoNotOptimize(image.bytes().data());
    ++pictures;
  }
  return pictures;
}

void Run(benchmark::State& state, bool in_child, const std::string& clip, FirstError& error) {
  int64_t pictures = 0;
  const Duration before = CpuTime();
  for ([[maybe_unused]] auto _ : state) {
    const auto read = ReadAll(clip, in_child);
    if (!read.ok()) {
      if (!error) error = read.error();
      return state.SkipWithError(read.error().message.c_str());
    }
    pictures += *read;
  }
  const auto count = static_cast<double>(pictures);
  state.counters["pictures/s"] = benchmark::Counter(count, benchmark::Counter::kIsRate);
  state.counters["cpu_ms/picture"] = 1e3 * Seconds(CpuTime() - before) / count;
}

}  // namespace

void RegisterCaptureFamily(const FamilyOptions& options, FirstError& error) {
  for (const bool in_child : {false, true}) {
    const std::string name = Format("Capture/{}", in_child ? "own_process" : "here");
    benchmark::RegisterBenchmark(name.c_str(),
                                 [&options, &error, in_child](benchmark::State& state) {
                                   Run(state, in_child, options.clip, error);
                                 })
        ->UseRealTime()
        ->Unit(benchmark::kSecond);
  }
}

}  // namespace hypnos::bench

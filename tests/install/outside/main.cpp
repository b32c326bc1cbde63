// Reads a clip, learns from it, and prints what each layer makes of every frame.
#include <hypnos/base/version.h>
#include <hypnos/pipeline/pipeline.h>
#include <hypnos/sources/capture_thread.h>
#include <hypnos/sources/file_source.h>

#include <cstdio>

struct Printer : hypnos::PipelineObserver {
  void OnFrame(const hypnos::FrameReport& report) override {
    std::printf("frame %d", static_cast<int>(report.index));
    for (const auto& layer : report.layers) std::printf(" %.4f", layer.goodness);
    std::printf("\n");
  }
};

int main(int argc, char** argv) {
  if (argc != 2) return std::fprintf(stderr, "usage: outside CLIP\n"), 64;
  auto clip = hypnos::OpenFileSource({.name = "clip"}, {.path = argv[1]});
  if (!clip.ok()) return std::fprintf(stderr, "%s\n", clip.error().message.c_str()), 66;
  hypnos::PipelineOptions options;
  options.network.patches.size = 8;
  options.network.layers.resize(2);
  const hypnos::SystemClock clock;
  Printer printer;
  hypnos::Pipeline pipeline(options, clock, printer);
  hypnos::CaptureThread capture(*std::move(clip), 4, hypnos::OnFull::kBlock);
  const auto summary = pipeline.Run(capture.queue());
  if (!summary.ok()) return std::fprintf(stderr, "%s\n", summary.error().message.c_str()), 1;
  std::printf("%s learned from %d frames\n", hypnos::VersionLine("outside").c_str(),
              static_cast<int>(summary->learned_frames));
}

#include "hypnos/pipeline/workers.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <vector>

#include "pipeline/fixture.h"

namespace hypnos {
namespace {

// As SmallPipeline, with a seed and workers.
PipelineOptions With(uint64_t seed, std::shared_ptr<Workers> workers) {
  PipelineOptions options = SmallPipeline();
  options.seed = seed;
  options.workers = std::move(workers);
  return options;
}

TEST(Workers, SeveralPipelinesAtOnceLearnWhatTheyWouldAlone) {
  constexpr uint64_t kSeeds[] = {1, 2, 3};
  std::vector<std::string> alone;
  for (const uint64_t seed : kSeeds) {
    alone.push_back(Watched(With(seed, nullptr), MakeClip(80)).recorder.text);
  }
  for (const int threads : {1, 2, 5, 16}) {
    const auto workers = std::make_shared<Workers>(threads);
    std::vector<std::string> together(std::size(kSeeds));
    std::vector<std::thread> submitting;
    for (size_t i = 0; i < together.size(); ++i) {
      submitting.emplace_back(
          [&, i] { together[i] = Watched(With(kSeeds[i], workers), MakeClip(80)).recorder.text; });
    }
    for (std::thread& thread : submitting) thread.join();
    EXPECT_EQ(together, alone) << threads;
  }
}

TEST(Workers, OneThatFailsLeavesThemToTheOthers) {
  class Failing final : public Recorder {
    void OnFrame(const FrameReport& report) override {
      if (report.index == 20) throw std::runtime_error("a stage that fails");
    }
  };
  const auto workers = std::make_shared<Workers>(2);
  const std::string alone = Watched(With(1, nullptr), MakeClip(80)).recorder.text;
  std::thread other([&] {
    const SystemClock clock;
    Failing failing;
    Pipeline pipeline(With(2, workers), clock, failing);
    FrameQueue queue(81, OnFull::kBlock);
    Fill(queue, MakeClip(80));
    EXPECT_FALSE(pipeline.Run(queue).ok());
  });
  EXPECT_EQ(Watched(With(1, workers), MakeClip(80)).recorder.text, alone);
  other.join();
}

}  // namespace
}  // namespace hypnos

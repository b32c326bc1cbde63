#include "bench/streams.h"

#include <gtest/gtest.h>

#include <memory>

namespace hypnos::bench {
namespace {

StreamsOptions Small(int streams, int64_t frames) {
  StreamsOptions options{.streams = streams, .frames = frames, .pipeline = {}};
  options.pipeline.network.patches = {.size = 8};
  options.pipeline.network.layers.resize(1);
  options.pipeline.network.layers[0].layer.units = 4;
  options.pipeline.threads = 1;
  return options;
}

TEST(Pictures, GoThereAndBackAgain) {
  const auto pictures = Pictures::Create(16, 16, 3);
  ASSERT_TRUE(pictures.ok());
  const auto source = pictures->Open();
  const size_t order[] = {0, 1, 2, 2, 1, 0, 0, 1};
  for (const size_t expected : order) {
    const auto next = source->Next();
    ASSERT_TRUE(next.ok());
    EXPECT_EQ(std::get<Frame>(*next).image, pictures->images[expected]);
  }
  EXPECT_NE(pictures->images[0], pictures->images[1]);
}

TEST(Streams, CountsTheFramesAfterTheWarmUp) {
  const auto pictures = Pictures::Create(16, 16, 4);
  ASSERT_TRUE(pictures.ok());
  const auto report = RunStreams(Small(1, 30), [&] { return pictures->Open(); });
  ASSERT_TRUE(report.ok()) << report.error().message;
  EXPECT_EQ(report->frames, 30 - 8);
  EXPECT_GT(report->seconds, 0);
  EXPECT_GT(report->slowest_frames_rate, 0);
  EXPECT_GT(report->layers_at_once, 0);
}

TEST(Streams, TooFewFramesForAWarmUpAreRefused) {
  const auto pictures = Pictures::Create(16, 16, 4);
  ASSERT_TRUE(pictures.ok());
  const auto report = RunStreams(Small(1, 1), [&] { return pictures->Open(); });
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().code, Code::kFailedPrecondition);
}

TEST(Streams, TheErrorOfASourceIsTheErrorOfAll) {
  const auto report = RunStreams(Small(2, 30), []() -> Result<std::unique_ptr<Source>> {
    return Error{Code::kNotFound, "NONE", "no such stream"};
  });
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().message, "no such stream");
}

}  // namespace
}  // namespace hypnos::bench

// Several streams through one network.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <thread>
#include <vector>

#include "hypnos/pipeline/stream_input.h"
#include "pipeline/fixture.h"
#include "support/memory_archive.h"

namespace hypnos {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// What was reported of each stream, and how each ended.
class StreamsRecorder final : public Recorder {
 public:
  void OnFrame(const FrameReport& report) override {
    const size_t before = text.size();
    Recorder::OnFrame(report);
    of[report.source] += text.substr(before);
    order.push_back(report.source);
    if (on_frame) on_frame(report);
  }
  void OnStreamEnd(const StreamEnd& end) override {
    ends.push_back(end);
    text += "end of " + end.source + "\n";
    if (on_end) on_end(end);
  }

  int64_t Frames(const std::string& source) const {
    return std::ranges::count(frames, source, &FrameReport::source);
  }

  std::map<std::string, std::string> of;
  std::vector<std::string> order;
  std::vector<StreamEnd> ends;
  std::function<void(const FrameReport&)> on_frame;
  std::function<void(const StreamEnd&)> on_end;
};

// A clip of its own: another part of what there is.
std::vector<Frame> ClipOf(const std::string& name, int64_t first, int64_t frames) {
  std::vector<Frame> clip;
  for (int64_t i = 0; i < frames; ++i) {
    Frame& frame = clip.emplace_back(MakeFrame(first + i));
    frame.clip = name;
    frame.index = i;
    frame.presentation_time = std::chrono::milliseconds(100 * i);
    frame.discontinuity = i == 0 ? Discontinuity::kStart : Discontinuity::kNone;
  }
  return clip;
}

// A run over several streams that are there from the start.
class Streams {
 public:
  explicit Streams(const PipelineOptions& options) : pipeline(options, clock, recorder) {}

  FrameQueue& Add(const std::string& name, OnFull on_full = OnFull::kBlock, bool waited_for = true,
                  size_t capacity = 1000) {
    FrameQueue& queue = queues.emplace_back(capacity, on_full);
    pipeline.Post([&](PipelineControl& control) {
      control.AddStream({.name = name, .queue = &queue, .waited_for = waited_for});
    });
    return queue;
  }
  void AddClip(const std::string& name, std::vector<Frame> frames) {
    Fill(Add(name), std::move(frames));
  }
  RunSummary Run() {
    auto result = pipeline.Run();
    EXPECT_TRUE(result.ok()) << result.error().message;
    return pipeline.summary();
  }

  SystemClock clock;
  StreamsRecorder recorder;
  std::deque<FrameQueue> queues;
  Pipeline pipeline;
};

std::string WeightsOf(const Pipeline& pipeline) {
  std::string bits;
  for (size_t l = 0; l < pipeline.network()->layer_count(); ++l) {
    const Matrix weights = pipeline.network()->layer(l).parameters().weights;
    for (const float w : weights.values()) bits += Format("{:a} ", w);
  }
  const Matrix generator = pipeline.network()->generator().weights();
  for (const float w : generator.values()) bits += Format("{:a} ", w);
  return bits;
}

class StreamsBits : public testing::TestWithParam<LearningRule> {};

// One is held out, and one is shorter than the others.
std::string Bits(const PipelineOptions& options) {
  Streams streams(options);
  streams.AddClip("long", ClipOf("long", 0, 50));
  streams.AddClip("short", ClipOf("short", 200, 20));
  auto held_out = ClipOf("held out", 400, 50);
  for (Frame& frame : held_out) frame.learn = false;
  streams.AddClip("held out", std::move(held_out));
  const RunSummary summary = streams.Run();
  std::string bits = streams.recorder.text + WeightsOf(streams.pipeline);
  for (const RealOrDream& told : summary.held_out) {
    bits += Format("told {} {:a}\n", told.pairs(), told.pairwise_accuracy());
  }
  return bits;
}

TEST_P(StreamsBits, AreTheSameForAnyNumberOfThreadsAndStepsInFlight) {
  PipelineOptions options = SmallPipeline();
  options.network.learning.rule = GetParam();
  options.negatives = {.dream = 1, .one_step = 1, .hybrid = 1, .splice = 1};
  options.threads = 1;
  options.frames_in_flight = 1;
  const std::string one = Bits(options);
  EXPECT_THAT(one, HasSubstr("frame held out 49"));
  EXPECT_THAT(one, HasSubstr("frame short 19"));
  for (const int threads : {1, 2, 8}) {
    for (const size_t in_flight : {1u, 3u, 7u}) {
      options.threads = threads;
      options.frames_in_flight = in_flight;
      EXPECT_TRUE(one == Bits(options)) << threads << " threads, " << in_flight << " in flight";
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Rules, StreamsBits,
                         testing::Values(LearningRule::kRehearsed, LearningRule::kDeferredContrast,
                                         LearningRule::kInterleaved, LearningRule::kLooking));

// Who only looks makes of a stream what it makes of it alone: its states, its scaling and what is
// expected of it are its own.
TEST(Streams, DoNotSeeEachOther) {
  PipelineOptions options = SmallPipeline();
  options.network.learning.rule = LearningRule::kLooking;
  const auto alone = [&](const std::string& name, int64_t first, int64_t frames) {
    Streams streams(options);
    streams.AddClip(name, ClipOf(name, first, frames));
    streams.Run();
    return streams.recorder.of[name];
  };
  Streams streams(options);
  streams.AddClip("one", ClipOf("one", 0, 40));
  streams.AddClip("other", ClipOf("other", 300, 25));
  streams.Run();
  EXPECT_EQ(streams.recorder.of["one"], alone("one", 0, 40));
  EXPECT_EQ(streams.recorder.of["other"], alone("other", 300, 25));
}

TEST(Streams, TeachTheSameWeights) {
  PipelineOptions options = SmallPipeline();
  Streams both(options), one(options);
  both.AddClip("one", ClipOf("one", 0, 40));
  both.AddClip("other", ClipOf("other", 300, 40));
  one.AddClip("one", ClipOf("one", 0, 40));
  EXPECT_EQ(both.Run().learned_frames, 80);
  one.Run();
  EXPECT_NE(WeightsOf(both.pipeline), WeightsOf(one.pipeline));
}

TEST(Streams, TakeTurnsUntilEachHasEnded) {
  Streams streams(SmallPipeline());
  streams.AddClip("a", ClipOf("a", 0, 3));
  streams.AddClip("b", ClipOf("b", 100, 1));
  streams.AddClip("c", ClipOf("c", 200, 4));
  const RunSummary summary = streams.Run();
  EXPECT_THAT(streams.recorder.order, ElementsAre("a", "b", "c", "a", "c", "a", "c", "c"));
  EXPECT_EQ(summary.frames, 8);
  EXPECT_TRUE(summary.failures.empty());
  ASSERT_EQ(streams.recorder.ends.size(), 3u);
  EXPECT_EQ(streams.recorder.ends[0].source, "b");
}

TEST(Streams, ThatBreakOffDoNotHoldUpOthers) {
  Streams streams(SmallPipeline());
  FrameQueue& bad = streams.Add("bad");
  for (Frame& frame : ClipOf("bad", 100, 5)) bad.Push(std::move(frame));
  bad.Finish(Error{Code::kDataLoss, "TRUNCATED", "cut"});
  streams.AddClip("good", ClipOf("good", 0, 30));
  const RunSummary summary = streams.Run();
  EXPECT_EQ(streams.recorder.Frames("bad"), 5);
  EXPECT_EQ(streams.recorder.Frames("good"), 30);
  ASSERT_EQ(summary.failures.size(), 1u);
  EXPECT_EQ(summary.failures[0].source, "bad");
  EXPECT_EQ(summary.failures[0].error->reason, "TRUNCATED");
}

// All queues are closed where all shall stop, perhaps before it is noticed that they shall.
TEST(Streams, ThatAreClosedTakeNoTurn) {
  StreamsRecorder recorder;
  const SystemClock clock;
  Pipeline pipeline(SmallPipeline(), clock, recorder);
  std::deque<FrameQueue> queues;
  for (const char* name : {"a", "b", "c"}) {
    FrameQueue& queue = queues.emplace_back(4, OnFull::kBlock);
    pipeline.Post([&queue, name](PipelineControl& control) {
      control.AddStream({.name = name, .queue = &queue});
    });
    queue.Push(MakeFrame(0));
  }
  queues[1].Close();
  recorder.on_end = [&](const StreamEnd& end) {
    if (end.source == "b") pipeline.Stop();
  };
  ASSERT_TRUE(pipeline.Run().ok());
  EXPECT_THAT(recorder.order, ElementsAre("a"));
  pipeline.Post([&](PipelineControl& control) {
    MemorySaver saver;
    ASSERT_TRUE(control.SaveState(saver).ok());
    EXPECT_EQ(saver.saved().at("turn").bytes.at(0), 1);
  });
}

TEST(Streams, WithoutAFrameAreNamed) {
  Streams streams(SmallPipeline());
  streams.AddClip("empty", {});
  streams.AddClip("good", ClipOf("good", 0, 3));
  const RunSummary summary = streams.Run();
  ASSERT_EQ(summary.failures.size(), 1u);
  EXPECT_EQ(summary.failures[0].error->reason, "NO_FRAMES");
  EXPECT_EQ(summary.failures[0].error->message, "source 'empty' ended before its first frame");
}

TEST(Streams, OfAnotherSizeAreRefusedAndBothAreNamed) {
  Streams streams(SmallPipeline());
  streams.AddClip("door", ClipOf("door", 0, 5));
  streams.AddClip("yard", {MakeFrame(0, 48, 24)});
  const RunSummary summary = streams.Run();
  EXPECT_EQ(streams.recorder.Frames("door"), 5);
  ASSERT_EQ(summary.failures.size(), 1u);
  EXPECT_EQ(summary.failures[0].error->reason, "FRAME_SIZE");
  EXPECT_EQ(summary.failures[0].error->message,
            "source 'yard': its frames are of 48x24, and those of 'door', which is watched by the "
            "same network, of 32x24: give encoding.width and height, to which all are resized");
}

TEST(Streams, OfAnotherSizeAreWelcomeWhereAllAreResized) {
  PipelineOptions options = SmallPipeline();
  std::get<VideoEncoderOptions>(options.encoder).width = 32;
  std::get<VideoEncoderOptions>(options.encoder).height = 24;
  Streams streams(options);
  streams.AddClip("door", ClipOf("door", 0, 5));
  streams.AddClip("yard", {MakeFrame(0, 48, 24)});
  EXPECT_TRUE(streams.Run().failures.empty());
}

// Cameras that are faster than the network: for each frame that it has seen, of whichever stream,
// every camera has shown three.
TEST(Streams, ThatComeTooFastShareFairlyWaitNotForLongAndAFileLosesNothing) {
  constexpr int64_t kLive = 7, kQueue = 4, kFile = 100;
  PipelineOptions options = SmallPipeline();
  options.while_asleep = WhileAsleep::kDrop;  // the file waits meanwhile
  Streams streams(options);
  struct Camera {
    FrameQueue* queue;
    std::vector<int64_t> reported_before;  // when it showed each of its frames
  };
  std::vector<Camera> cameras;
  cameras.reserve(kLive);
  for (int i = 0; i < kLive; ++i) {
    cameras.push_back({&streams.Add(Format("{}", i), OnFull::kDropOldest, false, kQueue), {}});
  }
  FrameQueue& file = streams.Add("file");
  Fill(file, ClipOf("file", 0, kFile));
  int64_t reported = 0, longest = 0;
  const auto show = [&](Camera& camera) {
    camera.queue->Push(MakeFrame(static_cast<int64_t>(camera.reported_before.size())));
    camera.reported_before.push_back(reported);
  };
  for (Camera& camera : cameras) show(camera);
  streams.recorder.on_frame = [&](const FrameReport& report) {
    ++reported;
    if (report.source != "file") {
      const Camera& camera = cameras[std::stoul(report.source)];
      const int64_t then = camera.reported_before[static_cast<size_t>(report.index)];
      longest = std::max(longest, reported - then);
    }
    const bool last = report.source == "file" && report.index + 1 == kFile;
    for (Camera& camera : cameras) {
      for (int i = 0; i < 3; ++i) show(camera);
      if (last) camera.queue->Close();
    }
  };
  streams.Run();
  EXPECT_EQ(streams.recorder.Frames("file"), kFile);
  EXPECT_EQ(file.drops().queue_full, 0);
  for (int i = 0; i < kLive; ++i) {
    EXPECT_NEAR(static_cast<double>(streams.recorder.Frames(Format("{}", i))), kFile, 3);
    EXPECT_GT(cameras[static_cast<size_t>(i)].queue->drops().queue_full, 2 * kFile);
  }
  // One turn of the others for each frame in a queue of its own, and what is under way.
  EXPECT_LE(longest, kQueue * (kLive + 1) + 3);
}

TEST(Streams, ThatHaveNothingNowArePassedOver) {
  Streams streams(SmallPipeline());
  FrameQueue& silent = streams.Add("silent", OnFull::kDropOldest, false);
  streams.AddClip("file", ClipOf("file", 0, 20));
  streams.recorder.on_frame = [&](const FrameReport& report) {
    if (report.index == 19) silent.Finish(FrameOrEnd(EndOfStream{}));
  };
  streams.Run();
  EXPECT_EQ(streams.recorder.Frames("file"), 20);
}

// One that is read from a disk which hangs, beside a camera.
TEST(Streams, ThatAreLiveDoNotWaitForADisk) {
  Streams streams(SmallPipeline());
  FrameQueue& disk = streams.Add("disk");
  FrameQueue& camera = streams.Add("camera", OnFull::kDropOldest, false);
  Fill(camera, ClipOf("camera", 0, 20));
  streams.recorder.on_frame = [&](const FrameReport& report) {
    if (report.index == 19) disk.Finish(FrameOrEnd(EndOfStream{}));
  };
  streams.Run();
  EXPECT_EQ(streams.recorder.Frames("camera"), 20);
}

TEST(Streams, ThatArePausedHoldUpNothing) {
  Streams streams(SmallPipeline());
  FrameQueue& paused = streams.Add("paused");
  paused.SetPaused(true);
  Fill(paused, ClipOf("paused", 100, 3));
  streams.AddClip("file", ClipOf("file", 0, 20));
  streams.recorder.on_frame = [&](const FrameReport& report) {
    if (report.source == "file" && report.index == 19) paused.SetPaused(false);
  };
  streams.Run();
  EXPECT_EQ(streams.recorder.Frames("file"), 20);
  EXPECT_EQ(streams.recorder.Frames("paused"), 3) << "a file loses nothing";
}

TEST(Streams, ComeAndGoWhileItRuns) {
  PipelineOptions options = SmallPipeline();
  options.frames_in_flight = 1;
  Streams streams(options);
  FrameQueue first(1, OnFull::kBlock), second(1000, OnFull::kBlock), third(1000, OnFull::kBlock);
  streams.pipeline.Post(
      [&](PipelineControl& control) { control.AddStream({.name = "first", .queue = &first}); });
  Fill(second, ClipOf("second", 100, 10));
  Fill(third, ClipOf("third", 200, 10));
  std::atomic<bool> removed = false;
  streams.recorder.on_frame = [&](const FrameReport& report) {
    if (report.source == "first" && report.index == 5) {
      streams.pipeline.Post([&](PipelineControl& control) {
        control.AddStream({.name = "second", .queue = &second});
      });
    }
    if (report.source == "second" && report.index == 5) {
      streams.pipeline.Post([&](PipelineControl& control) {
        EXPECT_TRUE(control.RemoveStream("first"));
        EXPECT_FALSE(control.RemoveStream("first"));
        control.AddStream({.name = "third", .queue = &third});
        removed = true;
        first.Close();
      });
    }
  };
  std::thread reader([&] {
    for (Frame& frame : ClipOf("first", 0, 1000)) {
      if (!first.Push(std::move(frame))) return;
    }
  });
  const RunSummary summary = streams.Run();
  reader.join();
  EXPECT_TRUE(removed);
  EXPECT_LT(streams.recorder.Frames("first"), 20);
  EXPECT_EQ(streams.recorder.Frames("second"), 10);
  EXPECT_EQ(streams.recorder.Frames("third"), 10);
  EXPECT_TRUE(summary.failures.empty());
  for (const StreamEnd& end : streams.recorder.ends) {
    EXPECT_NE(end.source, "first") << "it did not end, it was removed";
  }
}

TEST(Streams, ThatComeAfterTheEndGoOnWithTheSameNetwork) {
  Streams streams(SmallPipeline());
  streams.AddClip("one", ClipOf("one", 0, 20));
  streams.Run();
  const std::string learned = WeightsOf(streams.pipeline);
  streams.Run();
  EXPECT_EQ(WeightsOf(streams.pipeline), learned) << "there was nothing to watch";
  streams.AddClip("one", ClipOf("one", 300, 20));
  const RunSummary summary = streams.Run();
  EXPECT_EQ(summary.frames, 40);
  EXPECT_NE(WeightsOf(streams.pipeline), learned);
}

TEST(Streams, AreLookedAtByName) {
  Streams streams(SmallPipeline());
  streams.AddClip("a", ClipOf("a", 0, 5));
  streams.AddClip("b", ClipOf("b", 100, 8));
  streams.AddClip("none", {});
  streams.Run();
  const auto look = [&](const std::string& name) {
    std::optional<Result<Look>> taken;
    streams.pipeline.Post([&](PipelineControl& control) {
      taken.emplace(control.TakeLook({.picture = true, .residuals = true}, name));
    });
    return *taken;
  };
  EXPECT_EQ(look("b")->frame, 7);
  EXPECT_EQ(look("a")->frame, 4);
  EXPECT_EQ(look("")->stream, "a") << "the first one";
  EXPECT_FALSE(look("a")->surprise.empty()) << "whoever came after it";
  const auto a = look("a"), b = look("b");
  EXPECT_FALSE(std::ranges::equal(a->input.values(), b->input.values()));
  EXPECT_EQ(look("c").error().reason, "SOURCE_NOT_FOUND");
  EXPECT_EQ(look("none").error().reason, "NO_FRAME");
}

TEST(Streams, AreLabelledByName) {
  PipelineOptions options = SmallPipeline();
  options.network.labels.classes = 3;
  Streams streams(options);
  streams.AddClip("a", ClipOf("a", 0, 3));
  streams.AddClip("b", ClipOf("b", 100, 3));
  streams.pipeline.Post([](PipelineControl& control) {
    EXPECT_TRUE(control.SetLabel(1, "b"));
    EXPECT_FALSE(control.SetLabel(1, "c"));
  });
  streams.Run();
  for (const FrameReport& frame : streams.recorder.frames) {
    EXPECT_EQ(frame.label.has_value(), frame.source == "b");
  }
}

// Also where others come in between: a label is guessed by what the frame of its own stream before
// showed.
TEST(Streams, HaveLabelsOfTheirOwnBefore) {
  PipelineOptions options = SmallPipeline();
  options.network.labels.classes = 3;
  Streams streams(options);
  auto a = ClipOf("a", 0, 3), b = ClipOf("b", 100, 3);
  for (Frame& frame : a) frame.label = 1;
  for (Frame& frame : b) frame.label = 2;
  streams.AddClip("a", a);
  streams.AddClip("b", b);
  streams.Run();
  for (const FrameReport& frame : streams.recorder.frames) {
    if (frame.index > 0) {
      EXPECT_EQ(frame.label_before, frame.label);
    }
  }
}

// The set is of the first moments of both.
TEST(Streams, AreProbedTogether) {
  PipelineOptions options = SmallPipeline();
  options.probe = {.sequences = 4, .interval_frames = 10, .locations = 5, .every_steps = 0};
  const auto figures = [&](int threads) {
    options.threads = threads;
    Streams streams(options);
    streams.AddClip("a", ClipOf("a", 0, 40));
    streams.AddClip("b", ClipOf("b", 300, 40));
    const RunSummary summary = streams.Run();
    EXPECT_TRUE(summary.probes.first);
    std::string text;
    for (const LayerProbe& layer : summary.probes.last->figures.layers) {
      text += Format("{:a} {:a} ", layer.pairwise_accuracy, layer.auc);
    }
    return text;
  };
  EXPECT_EQ(figures(1), figures(8));
}

}  // namespace
}  // namespace hypnos

// Labels on their way through the pipeline: what is guessed, what is learned, and who is told.
#include <gtest/gtest.h>

#include <thread>

#include "pipeline/fixture.h"

namespace hypnos {
namespace {

constexpr size_t kClasses = 3;

// Bars across, bars up and down, or spots, that drift over a noisy ground; each is shown for a few
// frames.
std::vector<Frame> Patterns(int64_t frames, int64_t hold = 6) {
  std::vector<Frame> clip;
  Rng order = Rng(3).Fork("order");
  size_t label = 0;
  int shift = 0;
  for (int64_t i = 0; i < frames; ++i) {
    if (i % hold == 0) {
      label = order.Below(kClasses);
      shift = static_cast<int>(order.Below(8));
    }
    Frame frame = MakeFrame(i, 16, 16);
    Rng rng = Rng(5).Fork(std::to_string(i));
    for (int y = 0; y < 16; ++y) {
      for (int x = 0; x < 16; ++x) {
        const bool across = (y + shift + i / 2) / 2 % 2 == 0;
        const bool down = (x + shift + i / 2) / 2 % 2 == 0;
        const bool lit = label == 0 ? across : label == 1 ? down : across && down;
        frame.image.bytes()[static_cast<size_t>(y) * 16 + static_cast<size_t>(x)] =
            static_cast<uint8_t>((lit ? 170 : 60) + static_cast<int>(rng.Below(40)));
      }
    }
    frame.label = label;
    clip.push_back(std::move(frame));
  }
  return clip;
}

PipelineOptions WithLabels(LearningRule rule = LearningRule::kInterleaved) {
  PipelineOptions options = SmallPipeline();
  options.network.learning.rule = rule;
  options.network.labels = {.classes = kClasses, .shown = true};
  options.negatives = {.dream = 1, .random_label = 1, .predicted_label = 1};
  options.dream_steps = 5;
  return options;
}

// Of the first `frames` frames.
std::string Guesses(const Recorder& recorder, size_t frames = SIZE_MAX) {
  std::string text;
  for (const FrameReport& frame : recorder.frames) {
    if (frames-- == 0) break;
    for (const float p : frame.label_read_out) text += Format(" {:a}", p);
    for (const float p : frame.label_goodness) text += Format(" {:a}", p);
    text += "\n";
  }
  return text;
}

class LabelBits : public testing::TestWithParam<LearningRule> {};

TEST_P(LabelBits, AreTheSameForAnyNumberOfThreadsAndStepsInFlight) {
  PipelineOptions options = WithLabels(GetParam());
  options.threads = 1;
  options.frames_in_flight = 1;
  const Watched one(options, Patterns(120));
  ASSERT_TRUE(one.result->ok());
  int labelled = 0;
  for (const DreamReport& dream : one.recorder.dreams) labelled += IsWrongLabel(dream.kind) ? 1 : 0;
  ASSERT_GT(labelled, 10);
  for (const int threads : {2, 3, 16}) {
    options.threads = threads;
    options.frames_in_flight = static_cast<size_t>(threads);
    const Watched other(options, Patterns(120));
    EXPECT_EQ(other.recorder.text, one.recorder.text) << threads << " threads";
    EXPECT_EQ(Guesses(other.recorder), Guesses(one.recorder)) << threads << " threads";
  }
}

// A frame that is held for several steps has one label, and is guessed once.
TEST_P(LabelBits, OfAHeldFrameAreGuessedAtItsEnd) {
  PipelineOptions options = WithLabels(GetParam());
  options.steps_per_frame = 3;
  const Watched run(options, Patterns(60));
  ASSERT_TRUE(run.result->ok());
  ASSERT_EQ(run.recorder.frames.size(), 60u);
  for (const FrameReport& frame : run.recorder.frames) {
    EXPECT_TRUE(frame.label);
    EXPECT_EQ(frame.label_read_out.size(), kClasses);
    EXPECT_EQ(frame.label_goodness.size(), kClasses);
  }
  EXPECT_EQ((*run.result)->labels.learned.read_out.frames(), 60u);
}

// Test, then train: what a frame is guessed to be hangs on the labels of the frames before it only.
TEST_P(LabelBits, HangOnLabelsOfEarlierFramesOnly) {
  PipelineOptions options = WithLabels(GetParam());
  options.negatives = {.dream = 0, .random_label = 1, .predicted_label = 1};
  options.network.learning.rate = 0.01f;
  for (const LabelPlace place : {LabelPlace::kTop, LabelPlace::kInput}) {
    options.network.labels.place = place;
    for (const int steps : {1, 3}) {
      options.steps_per_frame = steps;
      const auto clip = Patterns(60);
      const Watched told(options, clip);
      for (const size_t changed : {11, 20, 34}) {
        auto other_clip = clip;
        other_clip[changed].label = (*clip[changed].label + 1) % kClasses;
        const Watched other(options, other_clip);
        SCOPED_TRACE(Format("frame {} of {} steps", changed, steps));
        EXPECT_EQ(Guesses(other.recorder, changed + 1), Guesses(told.recorder, changed + 1));
        EXPECT_NE(Guesses(other.recorder), Guesses(told.recorder)) << "no label was learned";
      }
    }
  }
}

// A label that is no longer said leaves nothing to tell apart.
TEST_P(LabelBits, AreContrastedForAsLongAsTheyAreSaid) {
  PipelineOptions options = WithLabels(GetParam());
  options.negatives = {.dream = 0, .random_label = 1, .predicted_label = 1};
  auto clip = Patterns(120);
  int64_t labelled = 0;
  for (size_t i = 0; i < clip.size(); ++i) {
    if (i % 7 >= 2) clip[i].label.reset();
    labelled += clip[i].label ? 1 : 0;
  }
  const Watched run(options, clip);
  ASSERT_TRUE(run.result->ok());
  int64_t contrasted = 0;
  for (const DreamReport& dream : run.recorder.dreams) {
    if (!IsWrongLabel(dream.kind)) continue;
    ++contrasted;
    EXPECT_LT(dream.step, 2);
  }
  EXPECT_GT(contrasted, 10);
  if (GetParam() == LearningRule::kInterleaved) {
    EXPECT_LE(contrasted, labelled);
  }
}

INSTANTIATE_TEST_SUITE_P(Rules, LabelBits,
                         testing::Values(LearningRule::kRehearsed, LearningRule::kInterleaved),
                         [](const auto& test) {
                           return test.param == LearningRule::kRehearsed ? "rehearsed"
                                                                         : "interleaved";
                         });

// Who only reads labels out learns what who has none learns.
TEST(Labels, ThatNoLayerReadsChangeNothing) {
  PipelineOptions options = SmallPipeline();
  const Watched without(options, MakeClip(80));
  options.network.labels.classes = kClasses;
  auto clip = MakeClip(80);
  for (Frame& frame : clip) frame.label = 1;
  const Watched read_only(options, clip);
  EXPECT_EQ(read_only.recorder.text, without.recorder.text);
  EXPECT_TRUE(without.recorder.frames.back().label_read_out.empty());
  EXPECT_TRUE(read_only.recorder.frames.back().label_goodness.empty());
  EXPECT_GT(read_only.recorder.frames.back().label_read_out[1], 0.9f);
}

// The lane that is guessed from never sees a label: what it makes of a frame does not hang on it.
TEST(Labels, AreNotShownToWhomGuessesThem) {
  PipelineOptions options = WithLabels();
  options.negatives = {.dream = 1};
  options.network.labels.shown = true;
  auto clip = MakeClip(40), other = MakeClip(40);
  for (size_t i = 0; i < clip.size(); ++i) {
    clip[i].label = i % 3;
    other[i].label = (i + 1) % 3;
  }
  const Watched one(options, clip), two(options, other);
  EXPECT_EQ(one.recorder.text, two.recorder.text);
}

TEST(Labels, OfHeldOutFramesAreJudgedAndNotLearned) {
  PipelineOptions options = WithLabels();
  auto clip = Patterns(90);
  for (size_t i = 60; i < clip.size(); ++i) {
    clip[i].learn = false;
    if (i == 60) clip[i].discontinuity = Discontinuity::kClip;
  }
  const Watched run(options, clip);
  const LabelScores& labels = (*run.result)->labels;
  EXPECT_EQ(labels.learned.read_out.frames(), 60u);
  EXPECT_EQ(labels.held_out.read_out.frames(), 30u);
  EXPECT_FALSE(run.recorder.frames.back().label_learned);
  for (size_t i = 60; i < clip.size(); ++i) clip[i].label.reset();
  const Watched untold(options, clip);
  EXPECT_EQ(Guesses(untold.recorder), Guesses(run.recorder));
}

TEST(Labels, SetWhileItRunsHoldUntilTheyAreSetAgain) {
  class Setter final : public Recorder {
   public:
    void OnFrame(const FrameReport& report) override {
      Recorder::OnFrame(report);
      const auto set = [&](std::optional<size_t> label) {
        pipeline->Post([label](PipelineControl& control) { control.SetLabel(label); });
      };
      if (report.index == 3) set(2);
      if (report.index == 6) set(std::nullopt);
    }
    Pipeline* pipeline = nullptr;
  };
  PipelineOptions options = WithLabels();
  options.frames_in_flight = 1;
  const SystemClock clock;
  Setter setter;
  Pipeline pipeline(options, clock, setter);
  setter.pipeline = &pipeline;
  auto clip = MakeClip(9);
  clip[1].label = clip[4].label = clip[8].label = 0;
  FrameQueue queue(1, OnFull::kBlock);
  std::thread feeder([&] { Fill(queue, clip); });
  ASSERT_TRUE(pipeline.Run(queue).ok());
  feeder.join();
  std::vector<int> labels;
  for (const FrameReport& frame : setter.frames) {
    labels.push_back(frame.label ? static_cast<int>(*frame.label) : -1);
  }
  // A command is done before the frame after next at the latest.
  EXPECT_EQ(labels[1], 0);
  EXPECT_EQ(labels[5], 2);
  EXPECT_EQ(labels[6], 2);
  EXPECT_EQ(labels[8], 0);
}

TEST(Labels, AreContrastedOnlyWhereThereAreSome) {
  PipelineOptions options = WithLabels();
  options.negatives = {.dream = 0, .random_label = 1};
  const Watched run(options, MakeClip(40));
  for (const DreamReport& dream : run.recorder.dreams) {
    EXPECT_EQ(dream.kind, NegativeKind::kDream);
  }
  EXPECT_GT(run.recorder.dreams.size(), 30u);
}

// Test, then train: it names what it sees before it is told. Learning is worth what it is above
// the same network that only looks.
TEST(Labels, AreGuessedBetterByANetworkThatLearnsThem) {
  const auto accuracy = [](LearningRule rule, LabelPlace place) {
    PipelineOptions options = WithLabels(rule);
    options.negatives = {.dream = 0, .random_label = 1, .predicted_label = 1};
    options.network.learning.optimiser =
        rule == LearningRule::kInterleaved ? Optimiser::kRms : Optimiser::kPlain;
    options.network.learning.rate = 3e-4f;
    options.network.learning.velocity = 0;
    options.network.labels.strength = 5;
    options.network.labels.place = place;
    options.network.layers.resize(2);
    for (auto& layer : options.network.layers) {
      layer.layer.units = 48;
      layer.layer.temperature_per_unit = 1;
    }
    const Watched run(options, Patterns(3000));
    return (*run.result)->labels.learned;
  };
  for (const LabelPlace place : {LabelPlace::kTop, LabelPlace::kInput}) {
    const LabelScore learned = accuracy(LearningRule::kInterleaved, place);
    const LabelScore looked = accuracy(LearningRule::kLooking, place);
    const bool input = place == LabelPlace::kInput;
    // Chance is a third. From above, a label is one tick later at what it is to fit.
    EXPECT_GT(*learned.goodness.recent(), input ? 0.95 : 0.65);
    EXPECT_LT(*looked.goodness.recent(), 0.45);
    EXPECT_GT(*learned.read_out.recent(), 0.9);
    if (input) {
      EXPECT_GT(*learned.read_out.recent(), *looked.read_out.recent());
    }
    EXPECT_LT(*learned.same_as_before.recent(), 0.9);
  }
}

}  // namespace
}  // namespace hypnos

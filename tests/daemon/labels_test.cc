// Labels as the daemon tells them: in answers, in what is shown, in the scores file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/scores_writer.h"
#include "daemon/service_fixture.h"
#include "daemon/telemetry.h"
#include "daemon/text.h"
#include "support/memory_file_system.h"

namespace hypnos {
namespace {

using control::Request;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kLabelledConfig = R"(
sources: [{name: square, synthetic: {}}]
encoding: {patches: {size: 8}}
network:
  layers: [{units: 16}, {units: 12}]
labels: {classes: [round, square, none at all]}
learning: {rule: interleaved, negatives: {random_label: 1}}
schedule: {wake_steps: 0, dream_steps: 5}
memory: {sequences: 4, context_frames: 3, interval_frames: 3, residuals: 4}
pipeline: {threads: 2}
)";

Request SetLabel(const std::string& label) {
  Request request;
  request.mutable_set_label()->set_label(label);
  return request;
}

class LabelService : public testing::Test {
 protected:
  LabelService() {
    daemon_.Run();
    daemon_.Watch(8);
  }
  telemetry::Labels Labels() {
    Request request;
    request.mutable_status();
    return daemon_.Ask(request)->status().labels();
  }
  std::string Complaint(const std::string& label) {
    const auto answer = daemon_.Ask(SetLabel(label));
    return answer.ok() ? "" : answer.error().reason + ": " + answer.error().message;
  }

  RunningDaemon daemon_{kLabelledConfig};
};

TEST(LabelsOf, NamesTenGuessesAndTheOneThatGoodnessMakes) {
  config::Labels classes;
  StatusSnapshot status;
  for (int c = 0; c < 30; ++c) {
    classes.add_classes(Format("class {}", c));
    status.label_read_out.push_back(1.0f / static_cast<float>(c + 2));
    status.label_goodness.push_back(c == 20 ? 0.9f : 0.01f);
  }
  const telemetry::Labels labels = LabelsOf(status, classes);
  ASSERT_EQ(labels.guesses_size(), 11);
  EXPECT_EQ(labels.guesses(0).label(), "class 0");
  EXPECT_EQ(labels.guesses(10).label(), "class 20");
  EXPECT_NEAR(labels.guesses(10).goodness(), 0.9, 1e-6);
  status.label_goodness[3] = 0.95f;
  EXPECT_EQ(LabelsOf(status, classes).guesses_size(), 10) << "it is among the ten";
}

TEST_F(LabelService, TellsWhatWasSetAndWhatIsGuessed) {
  EXPECT_EQ(Labels().label(), "");
  EXPECT_EQ(Labels().learned().frames(), 0u);
  ASSERT_EQ(Complaint("square"), "");
  daemon_.Watch(40);
  const telemetry::Labels labels = Labels();
  EXPECT_EQ(labels.label(), "square");
  EXPECT_EQ(labels.learned().frames(), 40u);
  EXPECT_EQ(labels.held_out().frames(), 0u);
  EXPECT_FALSE(labels.held_out().has_read_out());
  EXPECT_GT(labels.learned().read_out(), 0.9) << "it was told nothing else";
  EXPECT_TRUE(labels.learned().has_recent_goodness());
  ASSERT_EQ(labels.guesses_size(), 3);
  EXPECT_EQ(labels.guesses(0).label(), "square");
  double read_out = 0, goodness = 0;
  for (const auto& guess : labels.guesses()) {
    read_out += guess.read_out();
    goodness += guess.goodness();
    EXPECT_LE(guess.read_out(), labels.guesses(0).read_out());
  }
  EXPECT_NEAR(read_out, 1, 1e-5);
  EXPECT_NEAR(goodness, 1, 1e-5);
  ASSERT_EQ(Complaint(""), "");
  daemon_.Watch(2);
  EXPECT_EQ(Labels().label(), "");
  EXPECT_EQ(Labels().learned().frames(), 40u);
}

TEST_F(LabelService, AreInWhatIsPredictedAndSeen) {
  ASSERT_EQ(Complaint("round"), "");
  daemon_.Watch(3);
  Request predict, snapshot;
  predict.mutable_predict();
  snapshot.mutable_snapshot();
  EXPECT_EQ(daemon_.Ask(predict)->predict().labels().label(), "round");
  EXPECT_EQ(daemon_.Ask(snapshot)->snapshot().labels().label(), "round");
  EXPECT_TRUE(daemon_.service.CheckTopic(control::LABELS).ok());
  EXPECT_EQ(daemon_.service.Sample({control::LABELS}).labels().label(), "round");
  EXPECT_FALSE(daemon_.service.Sample({control::PHASE}).has_labels());
}

TEST_F(LabelService, RefusesWhatIsNoClass) {
  EXPECT_EQ(Complaint("squaer"),
            "UNKNOWN_LABEL: 'squaer' is none of labels.classes; did you mean 'square'?");
  EXPECT_EQ(Complaint("\x1b[2J"), "UNKNOWN_LABEL: '\\x1b[2J' is none of labels.classes");
  daemon_.Watch(2);
  EXPECT_EQ(Labels().label(), "");
}

TEST(LabelServiceWithoutClasses, SaysThatThereAreNone) {
  RunningDaemon daemon;
  daemon.Run();
  daemon.Watch(3);
  const auto answer = daemon.Ask(SetLabel("square"));
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, Code::kFailedPrecondition);
  EXPECT_EQ(answer.error().reason, "NO_LABELS");
  Request status;
  status.mutable_status();
  EXPECT_FALSE(daemon.Ask(status)->status().has_labels());
  EXPECT_FALSE(daemon.service.Sample({control::LABELS}).has_labels());
}

TEST(LabelsOf, TellsTheTenLikeliestOfMany) {
  config::Labels classes;
  StatusSnapshot status;
  for (int i = 0; i < 30; ++i) {
    classes.add_classes(Format("c{}", i));
    status.label_read_out.push_back(static_cast<float>(i * 7 % 30) / 435.0f);
  }
  const telemetry::Labels labels = LabelsOf(status, classes);
  ASSERT_EQ(labels.guesses_size(), 10);
  EXPECT_EQ(labels.guesses(0).label(), "c17");  // 17 * 7 = 119 = 3 * 30 + 29
  EXPECT_FALSE(labels.guesses(0).has_goodness());
}

FrameReport Report(std::optional<size_t> label) {
  FrameReport report;
  report.clip = "door";
  report.layers.resize(1);
  report.label = label;
  report.label_read_out = {0.25f, 0.75f};
  report.label_goodness = {0.625f, 0.375f};
  report.label_learned = label.has_value();
  return report;
}

TEST(LabelScoresFile, HasTheFramesLabelAndTheGuesses) {
  MemoryFileSystem disk;
  auto scores =
      ScoresWriter::Create(disk, {.path = "s.csv"}, {.left_out = {}, .classes = {"a, b", "c"}});
  ASSERT_TRUE(scores.ok());
  (*scores)->OnFrame(Report(0));
  (*scores)->OnFrame(Report(std::nullopt));
  FrameReport read_only = Report(1);
  read_only.label_goodness.clear();
  (*scores)->OnFrame(read_only);
  ASSERT_TRUE((*scores)->Close());
  EXPECT_EQ(*disk.ReadFile("s.csv"),
            "clip,frame,time_s,score,goodness_1,p_real_1,label,label_by_read_out,p_by_read_out,"
            "label_by_goodness,p_by_goodness\n"
            "door,0,0,0,0,0,\"a, b\",c,0.25,\"a, b\",0.625\n"
            "door,0,0,0,0,0,,c,,\"a, b\",\n"
            "door,0,0,0,0,0,c,c,0.75,,\n");
}

StatusSnapshot Guessed() {
  StatusSnapshot status;
  status.clip = "door";
  status.frames = 4;
  for (int i = 0; i < 4; ++i) status.labels.Count(Report(1));
  status.label = 1;
  status.label_read_out = {0.25f, 0.75f};
  status.label_goodness = {0.625f, 0.375f};
  return status;
}

TEST(LabelText, ShowsLabelGuessesAndHowOftenTheyAreRight) {
  const RunDescription run = {.source = "x", .frames = {}, .classes = {"cat", "dog"}};
  EXPECT_THAT(StatusBlock(run, Guessed(), {}, 200),
              Contains("  label dog  read-out dog 0.75  goodness cat 0.62  right of late: 100.0 % "
                       "by read-out, 0.0 % by goodness; the label before: 0.0 %"));
  EXPECT_THAT(StatusLine(Guessed(), {}),
              HasSubstr("; labels right of late: 100.0 % by read-out, 0.0 % by goodness; the label "
                        "before: 0.0 %"));
  StatusSnapshot untold = Guessed();
  untold.label.reset();
  untold.label_goodness.clear();
  untold.labels = {};
  EXPECT_THAT(StatusBlock(run, untold, {}, 200), Contains("  label -  read-out dog 0.75"));
}

TEST(LabelText, SumsUpWhatWasLearnedAndWhatWasHeldOut) {
  RunSummary summary;
  for (int i = 0; i < 4; ++i) summary.labels.Count(Report(1));
  FrameReport held_out = Report(0);
  held_out.label_learned = false;
  summary.labels.Count(held_out);
  const std::string text = SummaryText(summary, Guessed(), {});
  EXPECT_THAT(text, HasSubstr("Of labelled frames it named so many right, each before it learned "
                              "from it:\n"
                              "  4 learned from: 100.0 % by read-out, 0.0 % by goodness; the label "
                              "before: 0.0 %; of the last 4: 100.0 % by read-out, "));
  EXPECT_THAT(text, HasSubstr("\n  1 held out: 0.0 % by read-out, 100.0 % by goodness; the label "
                              "before: 0.0 %; "));
  EXPECT_THAT(SummaryText({}, {}, {}), Not(HasSubstr("label")));
}

}  // namespace
}  // namespace hypnos

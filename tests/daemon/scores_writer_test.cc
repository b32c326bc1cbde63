#include "daemon/scores_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "support/failing_file_system.h"
#include "support/memory_file_system.h"

namespace hypnos {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

FrameReport Report(int64_t index, const std::string& clip = "door") {
  FrameReport report;
  report.clip = clip;
  report.index = index;
  report.presentation_time = std::chrono::milliseconds(40 * index);
  report.prediction_error = 0.5 * static_cast<double>(index);
  report.layers.resize(2);
  report.layers[0].goodness = 1.25f;
  report.layers[0].probability = 0.75f;
  report.layers[1].goodness = 2;
  report.layers[1].probability = 0.5f;
  return report;
}

std::unique_ptr<ScoresWriter> Make(FileSystem& disk, ScoresOptions options = {}) {
  auto made = ScoresWriter::Create(disk, {.path = "scores.csv"}, std::move(options));
  HYPNOS_CHECK(made.ok());
  return std::move(made).value();
}

// The whole file after some frames and Close.
std::string Written(const std::vector<FrameReport>& reports, ScoresOptions options = {}) {
  MemoryFileSystem disk;
  const auto scores = Make(disk, std::move(options));
  for (const FrameReport& report : reports) scores->OnFrame(report);
  EXPECT_TRUE(scores->Close());
  return *disk.ReadFile("scores.csv");
}

TEST(ScoresWriter, WritesAHeaderAndARowAFrame) {
  EXPECT_EQ(Written({Report(0), Report(1)}),
            "clip,frame,time_s,score,goodness_1,p_real_1,goodness_2,p_real_2\n"
            "door,0,0,0,1.25,0.75,2,0.5\n"
            "door,1,0.04,0.5,1.25,0.75,2,0.5\n");
}

TEST(ScoresWriter, NamesTheSourceWhereThereAreSeveral) {
  FrameReport door = Report(0), yard = Report(0, "walk");
  door.source = "door";
  yard.source = "yard, behind";
  EXPECT_EQ(Written({door, yard}, {.left_out = {{"door", "walk"}}, .names_source = true}),
            "clip,frame,time_s,score,goodness_1,p_real_1,goodness_2,p_real_2,source\n"
            "door,0,0,0,1.25,0.75,2,0.5,door\n"
            "walk,0,0,0,1.25,0.75,2,0.5,\"yard, behind\"\n");
}

TEST(ScoresWriter, WritesNumbersThatReadBackAsTheSameBits) {
  FrameReport report = Report(1);
  report.prediction_error = 0.1 + 0.2;
  report.layers.resize(1);
  report.layers[0].goodness = 1.0 / 3;
  const std::string text = Written({report});
  const std::string row = text.substr(text.find('\n') + 1);
  EXPECT_THAT(row, StartsWith("door,1,0.04,0.30000000000000004,"));
  const double goodness = std::stod(row.substr(row.find("0004,") + 5));
  EXPECT_EQ(goodness, report.layers[0].goodness);
}

TEST(ScoresWriter, GivesAFrameThatNothingLedUpToTheScore0) {
  FrameReport first = Report(0);
  first.prediction_error.reset();
  EXPECT_THAT(Written({first}), HasSubstr("\ndoor,0,0,0,1.25,"));
}

TEST(ScoresWriter, QuotesNamesThatWouldBreakARow) {
  EXPECT_THAT(Written({Report(0, "a,b")}), HasSubstr("\n\"a,b\",0,"));
  EXPECT_THAT(Written({Report(0, "a\"b")}), HasSubstr("\n\"a\"\"b\",0,"));
  EXPECT_THAT(Written({Report(0, "a\nb")}), HasSubstr("\n\"a\nb\",0,"));
  EXPECT_THAT(Written({Report(0, "a\x1b[31m\fb")}), HasSubstr("\n\"a\x1b[31m\fb\",0,"));
}

TEST(ScoresWriter, LeavesOutClips) {
  const std::string text =
      Written({Report(0, "usual"), Report(0, "judged")}, {.left_out = {{"", "usual"}}});
  EXPECT_EQ(text,
            "clip,frame,time_s,score,goodness_1,p_real_1,goodness_2,p_real_2\n"
            "judged,0,0,0,1.25,0.75,2,0.5\n");
}

TEST(ScoresWriter, MakesNoFileWithoutARow) {
  MemoryFileSystem disk;
  const auto scores = Make(disk, {.left_out = {{"", "usual"}}});
  scores->OnFrame(Report(0, "usual"));
  EXPECT_TRUE(scores->Close());
  EXPECT_FALSE(disk.Exists("scores.csv"));
}

TEST(ScoresWriter, LeavesTheOldRowsUntilThereIsANewOne) {
  MemoryFileSystem disk;
  disk.WriteFile("scores.csv", "of yesterday\n");
  const auto scores = Make(disk, {.left_out = {{"", "usual"}}});
  scores->OnFrame(Report(0, "usual"));
  EXPECT_EQ(*disk.ReadFile("scores.csv"), "of yesterday\n");
  scores->OnFrame(Report(0));
  EXPECT_THAT(*disk.ReadFile("scores.csv"), StartsWith("clip,frame,"));
}

TEST(ScoresWriter, SaysThatTheOldRowsAreStillThere) {
  MemoryFileSystem disk;
  disk.WriteFile("scores.csv", "of yesterday\n");
  testing::internal::CaptureStderr();
  EXPECT_TRUE(Make(disk)->Close());
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              HasSubstr("there was no row to write; 'scores.csv' is as it was"));
  EXPECT_EQ(*disk.ReadFile("scores.csv"), "of yesterday\n");
}

// Whoever reads from a pipe waits for it to be opened.
TEST(ScoresWriter, OpensADeviceOrPipeAtOnce) {
  MemoryFileSystem memory;
  FailingFileSystem disk(memory);
  disk.FailAt(1, {Code::kPermissionDenied, "FILE_NOT_PERMITTED", "cannot create 'pipe'"});
  const auto made = ScoresWriter::Create(disk, {.path = "pipe", .is_file = false}, {});
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.error().message, "cannot create 'pipe'");
}

TEST(ScoresWriter, HasEveryRowInTheFileAtOnce) {
  MemoryFileSystem disk;
  const auto scores = Make(disk);
  size_t length = 0;
  for (int64_t i = 0; i < 3; ++i) {
    scores->OnFrame(Report(i));
    const std::string text = *disk.ReadFile("scores.csv");
    EXPECT_GT(text.size(), length);
    EXPECT_EQ(text.back(), '\n');
    length = text.size();
  }
}

// Whichever operation fails: whole rows, none after the failure, one line in the log.
TEST(ScoresWriter, KeepsWholeRowsWhereverTheDiskFails) {
  std::vector<FrameReport> reports;
  for (int64_t i = 0; i < 4; ++i) reports.push_back(Report(i));
  const std::string whole = Written(reports);
  int failures = 0;
  for (int n = 1;; ++n) {
    MemoryFileSystem memory;
    memory.WriteFile("scores.csv", "of yesterday\n");
    FailingFileSystem disk(memory);
    disk.FailAt(n, {Code::kResourceExhausted, "DISK_FULL", "the disk is full"});
    const auto scores = Make(disk);
    testing::internal::CaptureStderr();
    for (const FrameReport& report : reports) scores->OnFrame(report);
    const bool good = scores->Close();
    const std::string log = testing::internal::GetCapturedStderr();
    if (good) {
      EXPECT_EQ(log, "");
      break;
    }
    ++failures;
    EXPECT_THAT(log, HasSubstr("--scores: the disk is full"));
    EXPECT_EQ(std::ranges::count(log, '\n'), 1) << log;
    const std::string text = *memory.ReadFile("scores.csv");
    if (n == 1) {
      EXPECT_EQ(text, "of yesterday\n") << "what cannot be opened is not cut off either";
      continue;
    }
    EXPECT_THAT(whole, StartsWith(text));
    EXPECT_TRUE(text.empty() || text.back() == '\n');
  }
  EXPECT_EQ(failures, 1 + 2 * 4 + 1) << "to create, to append and flush each row, and to close";
}

}  // namespace
}  // namespace hypnos

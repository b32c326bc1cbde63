#include "daemon/scores_file.h"

#include <gtest/gtest.h>

#include "support/failing_file_system.h"
#include "support/memory_file_system.h"

namespace hypnos {
namespace {

constexpr const char* kPath = "scores.csv";
constexpr const char* kHeader = "clip,frame,time_s,score,source\n";

class CutScoresTest : public testing::Test {
 protected:
  void Write(const std::string& text) {
    auto file = disk_.CreateFile(kPath);
    HYPNOS_CHECK(file.ok() && (*file)->Append(text).ok() && (*file)->Close().ok());
  }
  std::string Cut(const KeptRows& kept) {
    const auto start = CutScores(disk_, kPath, kept);
    HYPNOS_CHECK(start.ok());
    rows_ = start->rows;
    std::string text = *disk_.ReadFile(kPath);
    EXPECT_EQ(start->continue_at, text.size());
    return text;
  }

  MemoryFileSystem disk_;
  ScoresWriter::Rows rows_;
};

TEST_F(CutScoresTest, OfEachSourceItsFirstRowsStayAndOfOthersAll) {
  Write(std::string(kHeader) + "a,0,0,1,door\na,0,0,1,yard\na,1,0,1,door\nb,0,0,1,shed\n" +
        "a,2,0,1,door\na,1,0,1,yard\nb,1,0,1,shed\n");
  EXPECT_EQ(Cut({{"door", 1}, {"yard", std::nullopt}}),
            std::string(kHeader) + "a,0,0,1,door\na,0,0,1,yard\nb,0,0,1,shed\na,1,0,1,yard\n" +
                "b,1,0,1,shed\n");
  EXPECT_EQ(rows_, (ScoresWriter::Rows{{"door", 1}, {"shed", 2}, {"yard", 2}}));
}

TEST_F(CutScoresTest, HalfARowIsNone) {
  Write(std::string(kHeader) + "a,0,0,1,door\na,1,0");
  EXPECT_EQ(Cut({{"door", 5}}), std::string(kHeader) + "a,0,0,1,door\n");
}

TEST_F(CutScoresTest, NamesAreTakenApartAsTheyWereWritten) {
  Write(std::string(kHeader) + "\"a\nb,\"\"\",0,0,1,\"door, \"\"left\"\"\"\n" + "a,0,0,1,left\n" +
        "a,1,0,1,\"door, \"\"left\"\"\"\n");
  EXPECT_EQ(Cut({{"door, \"left\"", 1}, {"left", 1}}),
            std::string(kHeader) + "\"a\nb,\"\"\",0,0,1,\"door, \"\"left\"\"\"\na,0,0,1,left\n");
}

TEST_F(CutScoresTest, AFileLargerThanABlock) {
  std::string text = kHeader, kept = kHeader;
  for (int i = 0; i < 60000; ++i) {
    const std::string row =
        "clip," + std::to_string(i) + ",0,0.123456789," + (i % 3 == 0 ? "door" : "yard") + "\n";
    text += row;
    if (i % 3 != 0 || i < 30000) kept += row;
  }
  Write(text);
  EXPECT_EQ(Cut({{"door", 10000}, {"yard", std::nullopt}}), kept);
}

TEST_F(CutScoresTest, WhatDoesNotNameSourcesIsNotGoneOnFrom) {
  for (const std::string text : {"", "clip,frame,time_s,score\n", "clip,frame,source"}) {
    Write(text);
    const auto start = CutScores(disk_, kPath, {{"door", 1}});
    ASSERT_TRUE(start.ok());
    EXPECT_EQ(start->continue_at, 0u);
    EXPECT_EQ(*disk_.ReadFile(kPath), text);
  }
  EXPECT_EQ(CutScores(disk_, "nowhere.csv", {})->continue_at, 0u);
}

TEST_F(CutScoresTest, WhereTheDiskFailsTheRowsAreStillThere) {
  const std::string text = std::string(kHeader) + "a,0,0,1,door\na,1,0,1,door\n";
  for (int operation = 1;; ++operation) {
    Write(text);
    FailingFileSystem failing(disk_);
    failing.FailAt(operation, {Code::kUnavailable, "FILE_IO", "the disk fails"});
    const auto start = CutScores(failing, kPath, {{"door", 1}});
    if (start.ok()) break;
    EXPECT_EQ(*disk_.ReadFile(kPath), text) << operation;
    EXPECT_LT(operation, 20);
  }
  EXPECT_EQ(*disk_.ReadFile(kPath), std::string(kHeader) + "a,0,0,1,door\n");
}

}  // namespace
}  // namespace hypnos

#include "lab/results_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "support/failing_file_system.h"
#include "support/memory_file_system.h"

namespace hypnos::lab {
namespace {

using testing::HasSubstr;

const Row kKeys = {"rule", "seed"};
const Row kResults = {"accuracy"};

Result<ResultsFile> Open(FileSystem& disk) {
  return ResultsFile::Open(disk, "out/x.csv", kKeys, kResults);
}

TEST(ResultsFile, ReadsBackWhatItWrote) {
  MemoryFileSystem disk;
  auto results = Open(disk);
  ASSERT_TRUE(results.ok());
  EXPECT_EQ(results->Find({"deferred", "1"}), nullptr);
  ASSERT_TRUE(results->Add({"deferred", "1"}, {"90.5"}).ok());
  ASSERT_TRUE(results->Add({"deferred", "2"}, {""}).ok());
  EXPECT_EQ(*disk.ReadFile("out/x.csv"), "rule,seed,accuracy\ndeferred,1,90.5\ndeferred,2,\n");

  const auto again = Open(disk);
  ASSERT_TRUE(again.ok()) << again.error().message;
  ASSERT_NE(again->Find({"deferred", "1"}), nullptr);
  EXPECT_EQ(*again->Find({"deferred", "1"}), Row{"90.5"});
  EXPECT_EQ(*again->Find({"deferred", "2"}), Row{""});
  EXPECT_EQ(again->Find({"deferred", "3"}), nullptr);
}

TEST(ResultsFile, RowsSurviveALossOfPower) {
  MemoryFileSystem disk;
  auto results = Open(disk);
  ASSERT_TRUE(results->Add({"deferred", "1"}, {"90.5"}).ok());
  disk.LosePower();
  EXPECT_NE(Open(disk)->Find({"deferred", "1"}), nullptr);
}

TEST(ResultsFile, WhereverWritingFailsTheRowsOfBeforeAreStillThere) {
  const Error full{Code::kResourceExhausted, "DISK_FULL", "the disk is full"};
  for (int n = 1; n <= 5; ++n) {
    MemoryFileSystem memory;
    FailingFileSystem disk(memory);
    auto results = Open(disk);
    ASSERT_TRUE(results->Add({"deferred", "1"}, {"90.5"}).ok());
    disk.FailAt(n, full);
    const Status added = results->Add({"deferred", "2"}, {"91"});
    ASSERT_FALSE(added.ok()) << disk.calls().back();
    EXPECT_EQ(added.error().reason, "DISK_FULL");
    EXPECT_EQ(results->Find({"deferred", "2"}), nullptr);
    EXPECT_EQ(*memory.ReadFile("out/x.csv"), "rule,seed,accuracy\ndeferred,1,90.5\n");
    // And once the disk has room again, it goes on.
    ASSERT_TRUE(results->Add({"deferred", "2"}, {"91"}).ok());
    EXPECT_NE(Open(memory)->Find({"deferred", "2"}), nullptr);
  }
}

TEST(ResultsFile, OtherColumnsAreRefused) {
  MemoryFileSystem disk;
  for (const std::string text : {"rule,accuracy\n", "", "rule,seed,accuracy,more\n"}) {
    disk.WriteFile("out/x.csv", text);
    const auto results = Open(disk);
    ASSERT_FALSE(results.ok());
    EXPECT_EQ(results.error().reason, "RESULTS_COLUMNS");
    EXPECT_THAT(results.error().message, HasSubstr("'out/x.csv' line 1"));
  }
}

TEST(ResultsFile, ARowOfAnotherLengthIsNamedByItsLine) {
  MemoryFileSystem disk;
  disk.WriteFile("out/x.csv", "rule,seed,accuracy\ndeferred,1,90\ndeferred,2\n");
  const auto results = Open(disk);
  ASSERT_FALSE(results.ok());
  EXPECT_THAT(results.error().message, HasSubstr("'out/x.csv' line 3: 2 fields instead of 3"));
}

}  // namespace
}  // namespace hypnos::lab

#include "hypnos/checkpoint/checkpoint_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "checkpoint/small_state.h"
#include "support/failing_file_system.h"
#include "support/memory_file_system.h"

namespace hypnos {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const Error kDiskFull{Code::kResourceExhausted, "DISK_FULL", "the disk is full"};

class CheckpointFolderTest : public testing::Test {
 protected:
  CheckpointFolder Folder(FileSystem& files, RetentionOptions retention = {}) {
    return CheckpointFolder(files, "kept", retention);
  }

  // After how many steps the state was saved that is the newest good one.
  uint64_t NewestSteps(FileSystem& files) {
    std::vector<Error> damaged;
    auto opened = Folder(files).OpenNewestGood(&damaged);
    EXPECT_TRUE(opened.ok()) << opened.error().message;
    if (!opened.ok()) return 0;
    const auto state = Load(opened->file);
    EXPECT_TRUE(state.ok()) << state.error().message;
    EXPECT_TRUE(*state == StateAfter(opened->file.facts().steps));
    return opened->file.facts().steps;
  }

  void Damage(const std::string& path) {
    std::string bytes = *disk_.ReadFile(path);
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    disk_.WriteFile(path, bytes);
  }

  MemoryFileSystem disk_;
};

TEST_F(CheckpointFolderTest, KeepsTheNewestGenerations) {
  auto folder = Folder(disk_, {.keep = 2});
  for (const uint64_t steps : {1, 2, 3}) ASSERT_TRUE(SaveAfter(folder, steps).ok());
  EXPECT_THAT(disk_.Paths(), ElementsAre("kept/checkpoint-000000000002.safetensors",
                                         "kept/checkpoint-000000000003.safetensors"));
  const auto list = folder.List();
  ASSERT_TRUE(list.ok());
  ASSERT_EQ(list->size(), 2u);
  EXPECT_EQ((*list)[0].name, "checkpoint-000000000003");
  EXPECT_EQ((*list)[0].facts.steps, 3u);
  EXPECT_EQ((*list)[0].bytes, disk_.ReadFile("kept/checkpoint-000000000003.safetensors")->size());
}

TEST_F(CheckpointFolderTest, HeedsBudgetAndAgeButForTheNewest) {
  auto folder = Folder(disk_, {.keep = 10, .budget_bytes = 1});
  for (const uint64_t steps : {1, 2}) ASSERT_TRUE(SaveAfter(folder, steps).ok());
  EXPECT_EQ(folder.List()->size(), 1u);
  // A second passes with each step.
  auto young = Folder(disk_, {.keep = 10, .age = std::chrono::seconds(2)});
  for (const uint64_t steps : {3, 4, 5, 6, 7}) ASSERT_TRUE(SaveAfter(young, steps).ok());
  EXPECT_EQ(young.List()->size(), 3u);
}

TEST_F(CheckpointFolderTest, FallsBackToTheOneBefore) {
  auto folder = Folder(disk_);
  for (const uint64_t steps : {1, 2, 3}) ASSERT_TRUE(SaveAfter(folder, steps).ok());
  Damage("kept/checkpoint-000000000003.safetensors");
  std::vector<Error> damaged;
  const auto opened = folder.OpenNewestGood(&damaged);
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(opened->name, "checkpoint-000000000002");
  ASSERT_EQ(damaged.size(), 1u);
  EXPECT_THAT(damaged[0].message, HasSubstr("checkpoint-000000000003.safetensors' is damaged"));
  // It is put aside, its number is not used again, and it goes when those of its time go.
  EXPECT_TRUE(disk_.Exists("kept/checkpoint-000000000003.safetensors.damaged"));
  EXPECT_EQ(SaveAfter(folder, 4)->name, "checkpoint-000000000004");
  for (const uint64_t steps : {5, 6, 7}) ASSERT_TRUE(SaveAfter(folder, steps).ok());
  EXPECT_FALSE(disk_.Exists("kept/checkpoint-000000000003.safetensors.damaged"));
}

TEST_F(CheckpointFolderTest, SaysWhereThereIsNoneAndWhereNoneIsGood) {
  auto folder = Folder(disk_);
  std::vector<Error> damaged;
  EXPECT_EQ(folder.OpenNewestGood(&damaged).error().reason, "CHECKPOINT_NOT_FOUND");
  ASSERT_TRUE(SaveAfter(folder, 1).ok());
  EXPECT_EQ(folder.Verify("checkpoint-000000000009").error().message,
            "there is no checkpoint 'checkpoint-000000000009' in 'kept'");
  EXPECT_TRUE(folder.Verify("").ok());
  Damage("kept/checkpoint-000000000001.safetensors");
  EXPECT_EQ(folder.Verify("").error().reason, "CHECKPOINT_DAMAGED");
  EXPECT_EQ(folder.OpenNewestGood(&damaged).error().reason, "ALL_DAMAGED");
  // Nothing is put aside where there is nothing better.
  EXPECT_TRUE(disk_.Exists("kept/checkpoint-000000000001.safetensors"));
}

TEST_F(CheckpointFolderTest, RemovesWhatWasNotFinished) {
  disk_.WriteFile("kept/checkpoint-000000000002.safetensors.tmp", "half");
  disk_.WriteFile("kept/notes.tmp", "somebody's");
  Folder(disk_).RemoveUnfinished();
  EXPECT_THAT(disk_.Paths(), ElementsAre("kept/notes.tmp"));
}

TEST_F(CheckpointFolderTest, SyncsBeforeItRenamesAndRenamesBeforeItForgets) {
  FailingFileSystem watched(disk_);
  auto folder = Folder(watched, {.keep = 1});
  for (const uint64_t steps : {1, 2}) ASSERT_TRUE(SaveAfter(folder, steps).ok());
  const auto& calls = watched.calls();
  const auto last = [&](const std::string& call) {
    size_t at = calls.size();
    while (at > 0 && calls[at - 1] != call) --at;
    EXPECT_GT(at, 0u) << call;
    return at;
  };
  const std::string unfinished = "kept/checkpoint-000000000002.safetensors.tmp";
  EXPECT_LT(last("Sync " + unfinished), last("Rename " + unfinished));
  EXPECT_LT(last("Rename " + unfinished), last("SyncFolder kept"));
  EXPECT_LT(last("SyncFolder kept"), last("Remove kept/checkpoint-000000000001.safetensors"));
}

// Whichever operation fails, once: an error, or all is well; never a wrong state, never fewer
// generations than before, and the next save succeeds.
TEST_F(CheckpointFolderTest, SurvivesEveryFailure) {
  int operations = 0;
  {
    MemoryFileSystem disk;
    FailingFileSystem watched(disk);
    auto folder = Folder(watched, {.keep = 2});
    for (const uint64_t steps : {1, 2}) ASSERT_TRUE(SaveAfter(folder, steps).ok());
    const int before = watched.operations();
    ASSERT_TRUE(SaveAfter(folder, 3).ok());
    operations = watched.operations() - before;
  }
  ASSERT_GT(operations, 10);
  for (int failing = 1; failing <= operations; ++failing) {
    MemoryFileSystem disk;
    FailingFileSystem watched(disk);
    auto folder = Folder(watched, {.keep = 2});
    for (const uint64_t steps : {1, 2}) ASSERT_TRUE(SaveAfter(folder, steps).ok());
    watched.FailAt(failing, kDiskFull);
    const bool saved = SaveAfter(folder, 3).ok();
    EXPECT_GE(folder.List()->size(), 2u) << failing;
    const uint64_t newest = NewestSteps(disk);
    EXPECT_TRUE(newest == 3 || (newest == 2 && !saved)) << failing;
    ASSERT_TRUE(SaveAfter(folder, 4).ok()) << failing;
    EXPECT_EQ(NewestSteps(disk), 4u);
    // Nothing piles up: what could not be removed is removed once it can be.
    folder.RemoveUnfinished();
    ASSERT_TRUE(SaveAfter(folder, 5).ok());
    EXPECT_EQ(disk.Paths().size(), 2u) << failing;
  }
}

// The machine stops at whichever operation, and what was not synced is lost, with or without the
// names that the folder had got.
TEST_F(CheckpointFolderTest, SurvivesALossOfPowerAtAnyMoment) {
  for (const bool names : {false, true}) {
    for (int stopped = 1; stopped <= 60; ++stopped) {
      MemoryFileSystem disk;
      FailingFileSystem machine(disk);
      auto folder = Folder(machine, {.keep = 2});
      for (const uint64_t steps : {1, 2}) ASSERT_TRUE(SaveAfter(folder, steps).ok());
      machine.FailFrom(stopped, kDiskFull);
      const bool saved = SaveAfter(folder, 3).ok();
      names ? disk.LosePowerAndNames() : disk.LosePower();
      const uint64_t newest = NewestSteps(disk);
      EXPECT_TRUE(newest == 3 || (newest == 2 && !saved)) << stopped;
      auto after = Folder(disk, {.keep = 2});
      after.RemoveUnfinished();
      ASSERT_TRUE(SaveAfter(after, 4).ok());
      EXPECT_EQ(NewestSteps(disk), 4u);
    }
  }
}

}  // namespace
}  // namespace hypnos

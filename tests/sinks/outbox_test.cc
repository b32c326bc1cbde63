#include "hypnos/sinks/outbox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "support/failing_file_system.h"
#include "support/memory_file_system.h"

namespace hypnos {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kFolder = "outbox";

std::vector<std::string> Emptied(Outbox& outbox) {
  std::vector<std::string> bodies;
  while (!outbox.empty()) {
    bodies.push_back(outbox.front());
    EXPECT_TRUE(outbox.PopFront().ok());
  }
  return bodies;
}

std::vector<std::string> OnDisk(FileSystem& disk) {
  Outbox later(disk, kFolder, {});
  EXPECT_TRUE(later.Open().ok());
  return Emptied(later);
}

class OutboxTest : public ::testing::Test {
 protected:
  Outbox Opened(OutboxLimits limits = {}) {
    Outbox outbox(disk, kFolder, limits);
    EXPECT_TRUE(outbox.Open().ok());
    return outbox;
  }
  MemoryFileSystem disk;
};

TEST_F(OutboxTest, GivesBackTheOldestFirst) {
  Outbox outbox = Opened();
  EXPECT_TRUE(outbox.empty());
  EXPECT_TRUE(outbox.Put("{a}").ok());
  EXPECT_TRUE(outbox.Put("{b}").ok());
  EXPECT_EQ(outbox.waiting(), 2u);
  EXPECT_THAT(Emptied(outbox), ElementsAre("{a}", "{b}"));
  EXPECT_THAT(OnDisk(disk), IsEmpty());
}

TEST_F(OutboxTest, WhatWaitsIsThereAfterThePowerFailed) {
  {
    Outbox outbox = Opened();
    for (const char* body : {"{a}", "{b}", "{c}"}) EXPECT_TRUE(outbox.Put(body).ok());
    EXPECT_TRUE(outbox.PopFront().ok());
  }
  disk.LosePower();
  Outbox later = Opened();
  EXPECT_TRUE(later.Put("{d}").ok());
  std::vector<std::string> bodies = Emptied(later);
  // A removal that was not synced may be undone: at least once.
  if (bodies.front() == "{a}") bodies.erase(bodies.begin());
  EXPECT_THAT(bodies, ElementsAre("{b}", "{c}", "{d}"));
}

TEST_F(OutboxTest, TheOldestMakeRoom) {
  Outbox few = Opened({.notices = 2, .bytes = 1000});
  for (const char* body : {"{a}", "{b}", "{c}"}) EXPECT_TRUE(few.Put(body).ok());
  EXPECT_EQ(few.dropped(), 1u);
  EXPECT_THAT(Emptied(few), ElementsAre("{b}", "{c}"));

  Outbox small = Opened({.notices = 100, .bytes = 9});
  EXPECT_TRUE(small.Put("{aaa}").ok());
  EXPECT_TRUE(small.Put("{bb}").ok());
  EXPECT_TRUE(small.Put("{c}").ok());
  EXPECT_TRUE(small.Put("{of 10...}").ok());
  EXPECT_EQ(small.dropped(), 2u);
  EXPECT_THAT(Emptied(small), ElementsAre("{bb}", "{c}"));
  EXPECT_THAT(OnDisk(disk), IsEmpty());
}

TEST_F(OutboxTest, TakesOverNoMoreThanThereIsRoomFor) {
  {
    Outbox outbox = Opened();
    for (const char* body : {"{a}", "{b}", "{c}"}) EXPECT_TRUE(outbox.Put(body).ok());
  }
  Outbox later = Opened({.notices = 2, .bytes = 1000});
  EXPECT_EQ(later.dropped(), 1u);
  EXPECT_THAT(Emptied(later), ElementsAre("{b}", "{c}"));
}

TEST_F(OutboxTest, LeavesFilesOfOthersAloneAndClearsAwayWhatIsUnfinished) {
  const auto write = [&](const std::string& name) {
    const auto file = disk.CreateFile(std::string(kFolder) + "/" + name);
    EXPECT_TRUE((*file)->Append("not mine").ok());
    EXPECT_TRUE((*file)->Close().ok());
  };
  const std::vector<std::string> others = {"1.json", "notes.txt", "x0000000000000000001.json",
                                           "-0000000000000000001.json"};
  for (const std::string& name : others) write(name);
  write("00000000000000000003.json.unfinished");
  Outbox outbox = Opened();
  EXPECT_TRUE(outbox.empty());
  EXPECT_THAT(*disk.ListFolder(kFolder), ::testing::UnorderedElementsAreArray(others));
}

// Whichever operation fails: nothing is lost that is in memory, nothing comes twice from the same
// outbox, and a later one finds what was written whole, or was not removed.
TEST_F(OutboxTest, SurvivesEachFailureOfTheDisk) {
  for (int n = 1;; ++n) {
    MemoryFileSystem memory;
    FailingFileSystem failing(memory);
    Outbox outbox(failing, kFolder, {});
    failing.FailAt(n, {Code::kResourceExhausted, "DISK_FULL", "the disk is full"});
    const Status opened = outbox.Open();
    const bool a = outbox.Put("{a}").ok();
    const bool b = outbox.Put("{b}").ok();
    const int operations = failing.operations();
    failing.Heal();
    EXPECT_EQ(opened.ok() && a && b, n > operations) << n;
    if (n > operations) break;
    memory.LosePower();
    std::vector<std::string> written;
    if (a) written.push_back("{a}");
    if (b) written.push_back("{b}");
    std::vector<std::string> found = OnDisk(memory);
    std::erase_if(found, [&](const std::string& body) {
      return (body == "{a}" && !a) || (body == "{b}" && !b);
    });
    EXPECT_EQ(found, written) << n;
    EXPECT_THAT(Emptied(outbox), ElementsAre("{a}", "{b}")) << n;
  }
}

TEST_F(OutboxTest, WhatIsNotWholeIsDropped) {
  for (const char* torn : {"", "{\"id\":", "null"}) {
    const auto file = disk.CreateFile(std::string(kFolder) + "/00000000000000000007.json");
    EXPECT_TRUE((*file)->Append(torn).ok());
    EXPECT_TRUE((*file)->Close().ok());
    Outbox outbox = Opened();
    EXPECT_TRUE(outbox.empty()) << torn;
    EXPECT_EQ(outbox.dropped(), 1u);
    EXPECT_THAT(*disk.ListFolder(kFolder), IsEmpty());
  }
}

// Numbers are not known before the folder was looked into.
TEST_F(OutboxTest, WritesOverNothingThatItCouldNotSeeAtFirst) {
  {
    Outbox outbox = Opened();
    for (const char* body : {"{a}", "{b}"}) EXPECT_TRUE(outbox.Put(body).ok());
  }
  FailingFileSystem failing(disk);
  failing.FailFrom(1, {Code::kUnavailable, "IO", "no disk"});
  Outbox outbox(failing, kFolder, {});
  EXPECT_FALSE(outbox.Open().ok());
  EXPECT_FALSE(outbox.Put("{c}").ok());
  failing.Heal();
  EXPECT_TRUE(outbox.Put("{d}").ok());
  EXPECT_THAT(Emptied(outbox), ElementsAre("{c}", "{a}", "{b}", "{d}"));
}

TEST_F(OutboxTest, AFolderThatIsGoneIsMadeAgain) {
  FailingFileSystem failing(disk);
  failing.FailFrom(1, {Code::kUnavailable, "IO", "no disk"});
  Outbox outbox(failing, kFolder, {});
  EXPECT_FALSE(outbox.Open().ok());
  EXPECT_FALSE(outbox.Put("{a}").ok());
  failing.Heal();
  EXPECT_TRUE(outbox.Put("{b}").ok());
  EXPECT_THAT(OnDisk(disk), ElementsAre("{b}"));
}

}  // namespace
}  // namespace hypnos

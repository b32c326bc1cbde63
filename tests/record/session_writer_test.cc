// Segments follow each other, and no failure of a disk loses what was written before.
#include "record/session_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hypnos/record/session_folder.h"
#include "record/events.h"
#include "support/failing_file_system.h"
#include "support/memory_file_system.h"
#include "support/simulated_clock.h"

namespace hypnos {
namespace {

using ::testing::SizeIs;

const Error kDiskFull{Code::kResourceExhausted, "DISK_FULL", "the disk is full"};

class SessionWriterTest : public ::testing::Test {
 protected:
  SessionWriter Make() { return {disk, clock, options, SomeHeader()}; }

  // A frame every 100 ms.
  void WriteFrames(SessionWriter& writer, uint64_t begin, uint64_t end) {
    for (uint64_t moment = begin; moment < end; ++moment) {
      writer.Write(FrameEvent(moment));
      clock.Advance(std::chrono::milliseconds(100));
      writer.Tick();
    }
  }

  MemoryFileSystem memory;
  FailingFileSystem disk{memory};
  SimulatedClock clock;
  RecorderOptions options = {.folder = "kept"};
};

TEST_F(SessionWriterTest, WritesASession) {
  SessionWriter writer = Make();
  ASSERT_TRUE(writer.Begin().ok());
  WriteFrames(writer, 0, 20);
  writer.Close();
  const ReadBack read = ReadSessionAt(memory, writer.status().session);
  EXPECT_THAT(read.frames(), SizeIs(20));
  EXPECT_TRUE(read.errors.empty());
  EXPECT_FALSE(read.cut_off);
  EXPECT_TRUE(read.begins_at_start);
  EXPECT_TRUE(writer.status().exact);
  EXPECT_EQ(writer.status().frames, 20u);
  EXPECT_EQ(writer.status().bytes, FindSession(memory, writer.status().session)->bytes());
}

TEST_F(SessionWriterTest, WhoIsKilledLosesASecond) {
  SessionWriter writer = Make();
  ASSERT_TRUE(writer.Begin().ok());
  WriteFrames(writer, 0, 95);
  const ReadBack read = ReadSessionAt(memory, writer.status().session);
  EXPECT_GE(read.frames().size(), 85u);
  EXPECT_TRUE(read.errors.empty());
}

TEST_F(SessionWriterTest, BeginsAnewBySize) {
  options.segment_bytes = 4000;
  SessionWriter writer = Make();
  ASSERT_TRUE(writer.Begin().ok());
  WriteFrames(writer, 0, 400);
  writer.Close();
  EXPECT_GT(writer.status().segments, 3u);
  const ReadBack read = ReadSessionAt(memory, writer.status().session);
  EXPECT_THAT(read.frames(), SizeIs(400));
  EXPECT_TRUE(read.errors.empty());
}

TEST_F(SessionWriterTest, BeginsAnewByTimeWhereThereIsSomething) {
  options.segment_time = std::chrono::minutes(1);
  SessionWriter writer = Make();
  ASSERT_TRUE(writer.Begin().ok());
  for (int i = 0; i < 600; ++i) {
    clock.Advance(std::chrono::seconds(1));
    writer.Tick();
  }
  EXPECT_EQ(writer.status().segments, 1u);
  writer.Write(FrameEvent(0));
  clock.Advance(std::chrono::minutes(1));
  writer.Tick();
  EXPECT_EQ(writer.status().segments, 2u);
}

TEST_F(SessionWriterTest, KeepsToTheBudget) {
  options.segment_bytes = 4000;
  options.budget_bytes = 16000;
  SessionWriter writer = Make();
  ASSERT_TRUE(writer.Begin().ok());
  WriteFrames(writer, 0, 900);
  writer.Close();
  EXPECT_GT(writer.status().segments_removed, 2u);
  EXPECT_LE(FindSession(memory, writer.status().session)->bytes(), options.budget_bytes);
  const ReadBack read = ReadSessionAt(memory, writer.status().session);
  EXPECT_FALSE(read.begins_at_start);
  EXPECT_TRUE(read.errors.empty());
  EXPECT_EQ(read.frames().back(), 899u);
}

TEST_F(SessionWriterTest, SessionsOfTheSameSecondHaveNamesOfTheirOwn) {
  SessionWriter one = Make(), other = Make();
  ASSERT_TRUE(one.Begin().ok());
  ASSERT_TRUE(other.Begin().ok());
  EXPECT_EQ(other.status().session, one.status().session + "-2");
}

// Every operation fails once: the recording goes on after a while, says how much is missing, and
// everything else can be read.
TEST_F(SessionWriterTest, NoFailureLosesMoreThanItSays) {
  options.segment_bytes = 3000;
  const auto run = [&](int fail_at) {
    MemoryFileSystem fresh;
    FailingFileSystem failing(fresh);
    SessionWriter writer(failing, clock, options, SomeHeader());
    if (fail_at > 0) failing.FailAt(fail_at, kDiskFull);
    (void)writer.Begin();
    WriteFrames(writer, 0, 300);
    writer.Close();
    if (fail_at == 0) return failing.operations();
    const ReadBack read = ReadSessionAt(fresh, writer.status().session);
    EXPECT_TRUE(read.errors.empty())
        << failing.calls()[static_cast<size_t>(fail_at - 1)] << ": " << read.errors.front().message;
    EXPECT_EQ(read.frames().size() + read.missing_frames(), 300u)
        << failing.calls()[static_cast<size_t>(fail_at - 1)];
    EXPECT_EQ(read.frames().size(), writer.status().frames);
    EXPECT_EQ(writer.status().exact, read.missing_frames() == 0);
    return 0;
  };
  const int operations = run(0);
  ASSERT_GT(operations, 30);
  for (int n = 1; n <= operations; ++n) run(n);
}

TEST_F(SessionWriterTest, AFullDiskIsTriedAgain) {
  SessionWriter writer = Make();
  ASSERT_TRUE(writer.Begin().ok());
  WriteFrames(writer, 0, 50);
  disk.FailFrom(1, kDiskFull);
  WriteFrames(writer, 50, 300);
  EXPECT_EQ(writer.status().failing, "the disk is full");
  EXPECT_FALSE(writer.status().exact);
  disk.Heal();
  WriteFrames(writer, 300, 500);
  writer.Close();
  EXPECT_EQ(writer.status().failing, "");
  const ReadBack read = ReadSessionAt(memory, writer.status().session);
  EXPECT_TRUE(read.errors.empty());
  EXPECT_EQ(read.frames().size() + read.missing_frames(), 500u);
  EXPECT_GE(read.frames().size(), 50u - 10 + 100);
}

TEST_F(SessionWriterTest, AFolderThatVanishesIsMadeAgain) {
  SessionWriter writer = Make();
  ASSERT_TRUE(writer.Begin().ok());
  WriteFrames(writer, 0, 30);
  for (const std::string& path : memory.Paths()) ASSERT_TRUE(memory.Remove(path).ok());
  WriteFrames(writer, 30, 300);
  writer.Close();
  const ReadBack read = ReadSessionAt(memory, writer.status().session);
  EXPECT_GE(read.frames().size(), 100u);
  EXPECT_EQ(read.frames().size() + read.missing_frames(), 300u);
  EXPECT_FALSE(read.begins_at_start);
}

TEST_F(SessionWriterTest, AFolderThatCannotBeMadeIsToldAtOnce) {
  disk.FailFrom(1, {Code::kPermissionDenied, "FILE_NOT_PERMITTED", "read-only"});
  SessionWriter writer = Make();
  EXPECT_EQ(writer.Begin().error().message, "read-only");
}

TEST_F(SessionWriterTest, WhatWasLeftOutBeforeIsTold) {
  SessionWriter writer = Make();
  ASSERT_TRUE(writer.Begin().ok());
  WriteFrames(writer, 0, 3);
  session::Event missing;
  missing.set_moment(3);
  missing.mutable_missing()->set_frames(2);
  missing.mutable_missing()->set_why("too slow");
  writer.Write(missing);
  WriteFrames(writer, 5, 8);
  writer.Close();
  const ReadBack read = ReadSessionAt(memory, writer.status().session);
  ASSERT_EQ(read.events.size(), 7u);
  EXPECT_EQ(read.events[3].missing().frames(), 2u);
  EXPECT_EQ(read.events[3].missing().why(), "too slow");
  EXPECT_FALSE(writer.status().exact);
}

}  // namespace
}  // namespace hypnos

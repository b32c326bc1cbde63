#include "hypnos/record/session_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hypnos/record/digest.h"
#include "record/events.h"
#include "record/session_writer.h"
#include "support/memory_file_system.h"
#include "support/simulated_clock.h"

namespace hypnos {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class SessionCheckTest : public ::testing::Test {
 protected:
  // Twenty frames and an end.
  void Write(const session::Header& about, bool ends = true) {
    const RecorderOptions options = {.folder = "kept", .segment_bytes = 2000};
    SessionWriter writer(disk, clock, options, about);
    ASSERT_TRUE(writer.Begin().ok());
    for (uint64_t moment = 0; moment < 40; ++moment) {
      writer.Write(FrameEvent(moment));
      clock.Advance(std::chrono::seconds(1));
      writer.Tick();
    }
    session::Event end;
    end.mutable_end()->set_weights(42);
    if (ends) writer.Write(end);
    writer.Close();
    path = writer.status().session;
  }
  SessionCheck Check() {
    auto check = CheckSession(disk, path);
    HYPNOS_CHECK(check.ok());
    return *std::move(check);
  }

  MemoryFileSystem disk;
  SimulatedClock clock;
  std::string path;
};

TEST_F(SessionCheckTest, ASoundOne) {
  Write(SomeHeader());
  const SessionCheck check = Check();
  EXPECT_TRUE(check.sound());
  EXPECT_THAT(check.inexact, IsEmpty());
  EXPECT_EQ(check.frames, 40u);
  EXPECT_EQ(check.events, 41u);
  EXPECT_GT(check.segments.size(), 2u);
  ASSERT_TRUE(check.end);
  EXPECT_EQ(check.end->weights(), 42u);
  EXPECT_EQ(check.header.program_version(), "1.2.3");
}

TEST_F(SessionCheckTest, SaysWhyAReplayCannotBeExact) {
  session::Header about = SomeHeader();
  about.set_checkpoint("7");
  Write(about, false);
  EXPECT_THAT(Check().inexact,
              ElementsAre("it goes on from checkpoint 7, which is not in it", HasSubstr("no end")));
  const SegmentFile first = Check().folder.segments[0], second = Check().folder.segments[1];
  ASSERT_TRUE(disk.Remove(second.path).ok());
  EXPECT_THAT(Check().inexact,
              ElementsAre(HasSubstr("something is missing before"),
                          "it goes on from checkpoint 7, which is not in it", HasSubstr("no end")));
  ASSERT_TRUE(disk.Remove(first.path).ok());
  EXPECT_THAT(Check().inexact[0], "its beginning is no longer there");
}

TEST_F(SessionCheckTest, WhatWasPutInThePlaceOfWhatWasLearnedHasToBeThere) {
  const RecorderOptions options = {.folder = "kept"};
  session::Header about = SomeHeader();
  about.set_checkpoint("7");
  SessionWriter writer(disk, clock, options, about);
  ASSERT_TRUE(writer.Begin().ok());
  session::Event begins, restored, end;
  begins.mutable_state_replaced()->set_begins(true);
  begins.mutable_state_replaced()->set_file(StateName(0));
  begins.mutable_state_replaced()->set_digest(DigestOf("what it was"));
  restored.mutable_state_replaced()->set_file(StateName(1));
  restored.mutable_state_replaced()->set_digest(DigestOf("what it became"));
  end.mutable_end()->set_weights(42);
  for (const session::Event& event : {begins, restored, end}) writer.Write(event);
  writer.Close();
  path = writer.status().session;
  disk.WriteFile(path + "/" + StateName(0), "what it was");
  disk.WriteFile(path + "/" + StateName(1), "what it became");
  EXPECT_THAT(Check().inexact, IsEmpty());
  EXPECT_EQ(Check().folder.states.size(), 2u);
  disk.WriteFile(path + "/" + StateName(1), "what it becamf");
  EXPECT_THAT(Check().inexact, ElementsAre(HasSubstr("is not what was written")));
  ASSERT_TRUE(disk.Remove(path + "/" + StateName(1)).ok());
  EXPECT_THAT(Check().inexact, ElementsAre(HasSubstr("another state was put in its place")));
  ASSERT_TRUE(disk.Remove(path + "/" + StateName(0)).ok());
  EXPECT_THAT(Check().inexact, ElementsAre(HasSubstr("it goes on from a checkpoint, and what it "),
                                           HasSubstr("another state was put in its place")));
}

TEST_F(SessionCheckTest, ADamagedSegmentDoesNotHideTheOthers) {
  Write(SomeHeader());
  const SegmentFile file = Check().folder.segments[1];
  std::string bytes = *disk.ReadFile(file.path);
  bytes[bytes.size() - 1] ^= 1;
  disk.WriteFile(file.path, bytes);
  const SessionCheck check = Check();
  EXPECT_FALSE(check.sound());
  EXPECT_EQ(check.segments[0].damage, "");
  EXPECT_THAT(check.segments[1].damage, HasSubstr("does not fit its checksum"));
  EXPECT_EQ(check.segments[2].damage, "");
  EXPECT_GT(check.segments[2].frames, 0u);
}

}  // namespace
}  // namespace hypnos

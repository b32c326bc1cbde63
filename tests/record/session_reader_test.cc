// What a session log is after something happened to its files.
#include "hypnos/record/session_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "record/events.h"
#include "record/session_writer.h"
#include "support/memory_file_system.h"
#include "support/simulated_clock.h"

namespace hypnos {
namespace {

using ::testing::SizeIs;

class SessionReaderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const RecorderOptions options = {.folder = "kept", .segment_bytes = 3000};
    SessionWriter writer(disk, clock, options, SomeHeader());
    ASSERT_TRUE(writer.Begin().ok());
    for (uint64_t moment = 0; moment < 200; ++moment) {
      writer.Write(FrameEvent(moment));
      clock.Advance(std::chrono::milliseconds(500));
      writer.Tick();
    }
    writer.Close();
    path = writer.status().session;
    segments = FindSession(disk, path)->segments;
    ASSERT_GE(segments.size(), 4u);
  }

  void Change(size_t segment, const std::function<void(std::string&)>& change) {
    std::string bytes = *disk.ReadFile(segments[segment].path);
    change(bytes);
    disk.WriteFile(segments[segment].path, bytes);
  }

  MemoryFileSystem disk;
  SimulatedClock clock;
  std::string path;
  std::vector<SegmentFile> segments;
};

TEST_F(SessionReaderTest, ADamagedSegmentIsToldOnceAndWhatFollowsIsRead) {
  Change(1, [](std::string& bytes) { bytes[bytes.size() / 2] ^= 1; });
  const ReadBack read = ReadSessionAt(disk, path);
  ASSERT_THAT(read.errors, SizeIs(1));
  EXPECT_EQ(read.errors[0].reason, "SEGMENT_DAMAGED");
  EXPECT_EQ(read.frames().back(), 199u);
  EXPECT_LT(read.frames().size(), 200u);
}

TEST_F(SessionReaderTest, AMissingSegmentIsTold) {
  ASSERT_TRUE(disk.Remove(segments[2].path).ok());
  const ReadBack read = ReadSessionAt(disk, path);
  ASSERT_THAT(read.errors, SizeIs(1));
  EXPECT_EQ(read.errors[0].reason, "SEGMENT_MISSING");
  EXPECT_EQ(read.frames().back(), 199u);
}

TEST_F(SessionReaderTest, ACutOffSegmentIsDamageInTheMiddleAndTheEndAtTheEnd) {
  const auto cut = [](std::string& bytes) { bytes.resize(bytes.size() - 5); };
  Change(segments.size() - 1, cut);
  ReadBack read = ReadSessionAt(disk, path);
  EXPECT_TRUE(read.errors.empty());
  ASSERT_TRUE(read.cut_off);
  EXPECT_EQ(read.cut_off->reason, "SEGMENT_CUT_OFF");
  Change(0, cut);
  read = ReadSessionAt(disk, path);
  ASSERT_THAT(read.errors, SizeIs(1));
  EXPECT_EQ(read.errors[0].reason, "SEGMENT_CUT_OFF");
}

TEST_F(SessionReaderTest, ASegmentThatEndsBetweenTwoBlocksIsNoticedByTheNext) {
  // As if the second half had never reached the disk.
  size_t whole = 0;
  Change(0, [&](std::string& bytes) {
    whole = bytes.size();
    for (size_t length = bytes.size() - 1; length > 0; --length) {
      auto reader = SegmentReader::Create(bytes.substr(0, length), "s");
      if (!reader.ok()) continue;
      Result<std::optional<session::Event>> event = (*reader)->Next();
      while (event.ok() && *event) event = (*reader)->Next();
      if (!event.ok()) continue;
      bytes.resize(length);
      return;
    }
  });
  ASSERT_LT(disk.ReadFile(segments[0].path)->size(), whole);
  const ReadBack read = ReadSessionAt(disk, path);
  ASSERT_THAT(read.errors, SizeIs(1));
  EXPECT_EQ(read.errors[0].reason, "SEGMENT_MISSING");
}

TEST_F(SessionReaderTest, WithoutItsBeginningItSaysSo) {
  ASSERT_TRUE(disk.Remove(segments[0].path).ok());
  const ReadBack read = ReadSessionAt(disk, path);
  EXPECT_FALSE(read.begins_at_start);
  EXPECT_TRUE(read.errors.empty());
}

TEST_F(SessionReaderTest, AnotherVersionIsRefused) {
  Change(0, [](std::string& bytes) { bytes[8] = 2; });
  const ReadBack read = ReadSessionAt(disk, path);
  ASSERT_THAT(read.errors, SizeIs(1));
  EXPECT_EQ(read.errors[0].reason, "SEGMENT_VERSION");
}

TEST_F(SessionReaderTest, NothingIsRefused) {
  EXPECT_EQ(ReadSessionAt(disk, "nowhere").errors[0].reason, "NO_SESSION");
}

}  // namespace
}  // namespace hypnos

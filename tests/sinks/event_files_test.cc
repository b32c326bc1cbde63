#include "sinks/event_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "hypnos/imaging/codecs.h"
#include "support/failing_file_system.h"
#include "support/memory_file_system.h"

namespace hypnos {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr uint64_t kPlenty = 1 << 30;

EventClip ClipOf(uint64_t id, const std::string& source = "door") {
  EventClip clip;
  clip.news.notice = {.id = id,
                      .time = WallTime(std::chrono::seconds(1769860800) + std::chrono::hours(id)),
                      .kind = "UNUSUAL",
                      .source = source};
  clip.news.begin = std::chrono::seconds(10);
  clip.news.x = 0.25;
  clip.ended = true;
  clip.picture = Image(40, 30, 3);
  clip.picture_time = std::chrono::seconds(11);
  const std::vector<uint8_t> jpeg = EncodeJpeg(Image(20, 15, 3));
  clip.frames.assign(8, std::make_shared<const std::string>(jpeg.begin(), jpeg.end()));
  clip.first_time = std::chrono::seconds(8);
  clip.width = 20;
  clip.height = 15;
  return clip;
}

class EventFilesTest : public ::testing::Test {
 protected:
  static std::vector<std::string> NamesIn(FileSystem& files) {
    return files.ListFolder("events").value();
  }
  static uint64_t BytesOf(uint64_t id) {
    MemoryFileSystem files;
    EventFiles events(files, "events", kPlenty);
    EXPECT_TRUE(events.Put(ClipOf(id), 5, "porch").ok());
    return events.bytes();
  }

  static uint64_t BytesIn(FileSystem& files) {
    uint64_t bytes = 0;
    for (const std::string& name : NamesIn(files)) {
      bytes += files.OpenFile("events/" + name).value()->size();
    }
    return bytes;
  }
  static std::string PathOf(uint64_t id, const std::string& suffix) {
    return "events/" + EventFileName(ClipOf(id).news.notice) + suffix;
  }

  MemoryFileSystem disk_;
};

TEST_F(EventFilesTest, AnEventIsThreeFilesThatBelongTogether) {
  EventFiles events(disk_, "events", kPlenty);
  ASSERT_TRUE(events.Put(ClipOf(7), 5, "porch").ok());
  const std::string name = "20260131T190000Z-door-7";
  EXPECT_THAT(NamesIn(disk_), ElementsAre(name + ".avi", name + ".json", name + ".png"));
  const auto json = nlohmann::json::parse(disk_.ReadFile("events/" + name + ".json").value());
  EXPECT_EQ(json["id"], 7);
  EXPECT_EQ(json["host"], "porch");
  EXPECT_EQ(json["picture"], name + ".png");
  EXPECT_EQ(json["clip"], name + ".avi");
  EXPECT_EQ(json["x"], 0.25);
  EXPECT_EQ(json["picture_after_begin_seconds"], 1);
  EXPECT_EQ(json["clip_before_begin_seconds"], 2);
  EXPECT_EQ(json["clip_is_whole"], true);
  const std::string png = disk_.ReadFile("events/" + name + ".png").value();
  const auto* bytes = reinterpret_cast<const uint8_t*>(png.data());
  EXPECT_EQ(DecodeImage({bytes, png.size()})->width(), 40);
  // Also after the power failed.
  disk_.LosePower();
  EXPECT_THAT(NamesIn(disk_), SizeIs(3));
  EXPECT_FALSE(disk_.ReadFile("events/" + name + ".avi").value().empty());
}

TEST_F(EventFilesTest, NoSourceLeadsOutOfTheFolder) {
  const std::string name =
      EventFileName(ClipOf(1, "../../etc/\n\xff" + std::string(900, 'a')).news.notice);
  EXPECT_EQ(name.find('/'), std::string::npos);
  EXPECT_EQ(name.find('.'), std::string::npos);
  EXPECT_LT(name.size(), 120u);
}

TEST_F(EventFilesTest, TheOldestMakeRoomAndOthersAreLeftAlone) {
  const uint64_t each = BytesOf(1);
  // The second one as somebody may call it who keeps one by.
  const char* const others[] = {"events/notes.txt", "events/20260131T120000Z-garden.png"};
  for (const char* other : others) ASSERT_TRUE((*disk_.CreateFile(other))->Close().ok());
  EventFiles events(disk_, "events", 2 * each + each / 2);
  for (uint64_t id = 1; id <= 4; ++id) ASSERT_TRUE(events.Put(ClipOf(id), 5, "porch").ok());
  EXPECT_LE(events.bytes(), 2 * each + each / 2);
  EXPECT_THAT(NamesIn(disk_), SizeIs(2 * 3 + 2));
  for (const char* other : others) EXPECT_TRUE(disk_.Exists(other)) << other;
  EXPECT_TRUE(disk_.Exists("events/" + EventFileName(ClipOf(4).news.notice) + ".json"));
}

TEST_F(EventFilesTest, WhatAnEarlierOneHasLeftCounts) {
  const uint64_t each = BytesOf(1);
  {
    EventFiles events(disk_, "events", kPlenty);
    for (uint64_t id = 1; id <= 3; ++id) ASSERT_TRUE(events.Put(ClipOf(id), 5, "porch").ok());
  }
  const std::string half = "events/20260131T120000Z-door-9.avi.unfinished";
  ASSERT_TRUE((*disk_.CreateFile(half))->Close().ok());
  EventFiles events(disk_, "events", 2 * each + each / 2);
  ASSERT_TRUE(events.Put(ClipOf(4), 5, "porch").ok());
  EXPECT_FALSE(disk_.Exists(half));
  EXPECT_THAT(NamesIn(disk_), SizeIs(2 * 3));
}

TEST_F(EventFilesTest, WhatIsLargerThanAllThatMayBeIsRefused) {
  EventFiles events(disk_, "events", 100);
  const Status put = events.Put(ClipOf(1), 5, "porch");
  ASSERT_FALSE(put.ok());
  EXPECT_EQ(put.error().reason, "BUDGET");
  EXPECT_THAT(NamesIn(disk_), IsEmpty());
}

// Whichever call fails.
TEST_F(EventFilesTest, WhatCannotBeWrittenLeavesNothingBehind) {
  const Error full = {Code::kResourceExhausted, "DISK_FULL", "the disk is full"};
  int failures = 0;
  for (int call = 1;; ++call) {
    MemoryFileSystem disk;
    FailingFileSystem failing(disk);
    EventFiles events(failing, "events", kPlenty);
    failing.FailAt(call, full);
    if (events.Put(ClipOf(1), 5, "porch").ok()) break;
    ++failures;
    failing.Heal();
    // All of it or nothing: whether its folder is durable is another matter.
    EXPECT_THAT(NamesIn(disk), SizeIs(events.bytes() > 0 ? 3 : 0)) << call;
    EXPECT_TRUE(events.Put(ClipOf(2), 5, "porch").ok()) << call;
  }
  EXPECT_GT(failures, 15);
}

TEST_F(EventFilesTest, WhatCannotBeRemovedIsPassedOverAndCounts) {
  const uint64_t each = BytesOf(1);
  FailingFileSystem failing(disk_);
  EventFiles events(failing, "events", 3 * each + each / 2);
  for (uint64_t id = 1; id <= 3; ++id) ASSERT_TRUE(events.Put(ClipOf(id), 5, "porch").ok());
  // Of the first event, its figures.
  failing.FailAt(1, {Code::kPermissionDenied, "NOT_PERMITTED", "it is root's"});
  ASSERT_TRUE(events.Put(ClipOf(4), 5, "porch").ok());
  EXPECT_TRUE(disk_.Exists(PathOf(1, ".json")));
  EXPECT_FALSE(disk_.Exists(PathOf(2, ".json")));
  EXPECT_EQ(events.bytes(), BytesIn(disk_));
  // It is tried again.
  for (uint64_t id = 5; id <= 6; ++id) ASSERT_TRUE(events.Put(ClipOf(id), 5, "porch").ok());
  EXPECT_FALSE(disk_.Exists(PathOf(1, ".json")));
  EXPECT_EQ(events.bytes(), BytesIn(disk_));
}

TEST_F(EventFilesTest, WhereNothingCanBeRemovedItSaysWhyAndKeepsWithinItsBudget) {
  const uint64_t each = BytesOf(1);
  FailingFileSystem failing(disk_);
  EventFiles events(failing, "events", each + each / 2);
  ASSERT_TRUE(events.Put(ClipOf(1), 5, "porch").ok());
  failing.FailFrom(1, {Code::kUnavailable, "READ_ONLY", "the disk is read-only"});
  const Status put = events.Put(ClipOf(2), 5, "porch");
  ASSERT_FALSE(put.ok());
  EXPECT_EQ(put.error().reason, "READ_ONLY");
  EXPECT_EQ(events.bytes(), each);
  failing.Heal();
  EXPECT_TRUE(events.Put(ClipOf(2), 5, "porch").ok());
  EXPECT_EQ(events.bytes(), each);
}

// A disk that turns read-only in the midst of it.
TEST_F(EventFilesTest, WhatIsLeftOfAWriteThatFailedCountsAndMakesRoom) {
  const uint64_t each = BytesOf(1);
  const Error read_only = {Code::kUnavailable, "READ_ONLY", "the disk is read-only"};
  int failures = 0;
  for (int call = 1;; ++call) {
    MemoryFileSystem disk;
    FailingFileSystem failing(disk);
    EventFiles events(failing, "events", each);
    failing.FailFrom(call, read_only);
    if (events.Put(ClipOf(1), 5, "porch").ok()) break;
    ++failures;
    EXPECT_GE(events.bytes(), disk.Exists("events") ? BytesIn(disk) : 0) << call;
    failing.Heal();
    ASSERT_TRUE(events.Put(ClipOf(2), 5, "porch").ok()) << call;
    EXPECT_THAT(NamesIn(disk), SizeIs(3)) << call;
    EXPECT_EQ(events.bytes(), BytesIn(disk)) << call;
  }
  EXPECT_GT(failures, 15);
}

TEST_F(EventFilesTest, WhatAnEarlierOneCouldNotRemoveCountsToo) {
  ASSERT_TRUE(disk_.MakeFolder("events").ok());
  const auto half = *disk_.CreateFile("events/20260131T120000Z-door-9.avi.unfinished");
  ASSERT_TRUE(half->Append(std::string(1000, 'x')).ok());
  ASSERT_TRUE(half->Close().ok());
  FailingFileSystem failing(disk_);
  // MakeFolder, ListFolder, and then it is removed.
  failing.FailAt(3, {Code::kPermissionDenied, "NOT_PERMITTED", "it is root's"});
  EventFiles events(failing, "events", BytesOf(1));
  ASSERT_TRUE(events.Put(ClipOf(1), 5, "porch").ok()) << "the second try removes it";
  EXPECT_THAT(NamesIn(disk_), SizeIs(3));
  EXPECT_EQ(events.bytes(), BytesIn(disk_));
}

}  // namespace
}  // namespace hypnos

#include "hypnos/record/session_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/memory_file_system.h"

namespace hypnos {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

WallTime At(int64_t seconds) { return WallTime(std::chrono::seconds(1'795'000'000 + seconds)); }

class SessionFolderTest : public ::testing::Test {
 protected:
  // Two sessions of three segments, of 100 bytes each, an hour apart.
  void SetUp() override {
    for (int i = 0; i < 6; ++i) Put(i < 3 ? First() : Second(), i % 3, i * 3600);
  }
  void Put(const std::string& session, uint64_t number, int64_t seconds) {
    disk.WriteFile(session + "/" + SegmentName(number, At(seconds)), std::string(100, 'x'));
  }
  static std::string First() { return "kept/" + SessionName(At(0)); }
  static std::string Second() { return "kept/" + SessionName(At(3 * 3600)); }

  uint64_t Remove(const SegmentRetention& options, uint64_t room = 0, WallTime now = At(6 * 3600),
                  const std::string& writing = "") {
    const auto removed = RemoveOldSegments(disk, "kept", options, now, room, writing);
    EXPECT_TRUE(removed.ok());
    return *removed;
  }

  MemoryFileSystem disk;
};

TEST_F(SessionFolderTest, NamesSayWhen) {
  EXPECT_EQ(SessionName(WallTime(std::chrono::seconds(1'795'662'900))), "20261126T031500Z");
  EXPECT_EQ(SegmentName(7, WallTime(std::chrono::seconds(1'795'662'900))),
            "segment-000007-20261126T031500Z.hypnos");
  EXPECT_EQ(TimeText(WallTime(std::chrono::seconds(1'795'662'900))), "2026-11-26 03:15:00");
}

TEST_F(SessionFolderTest, ListsSessionsAndTheirSegmentsInOrder) {
  disk.WriteFile("kept/notes/a", "");
  disk.WriteFile(First() + "/README", "");
  disk.WriteFile(First() + "/segment-x-20261126T031500Z.hypnos", "");
  disk.WriteFile(First() + "/segment-000009-20261399T031500Z.hypnos", "");
  const auto sessions = ListSessions(disk, "kept");
  ASSERT_TRUE(sessions.ok());
  ASSERT_EQ(sessions->size(), 2u);
  EXPECT_EQ((*sessions)[0].path, First());
  ASSERT_EQ((*sessions)[0].segments.size(), 3u);
  EXPECT_EQ((*sessions)[0].bytes(), 300u);
  EXPECT_EQ((*sessions)[0].segments[2].number, 2u);
  EXPECT_EQ((*sessions)[0].segments[2].begun, At(7200));
}

TEST_F(SessionFolderTest, WhoNamesTheFolderOfAllIsToldWhichThereAre) {
  const auto found = FindSession(disk, "kept");
  ASSERT_FALSE(found.ok());
  EXPECT_EQ(found.error().reason, "NO_SESSION");
  EXPECT_THAT(found.error().message, HasSubstr(SessionName(At(0)) + ", " + SessionName(At(10800))));
  EXPECT_TRUE(FindSession(disk, First()).ok());
}

TEST_F(SessionFolderTest, TheOldestGoFirst) {
  EXPECT_EQ(Remove({.budget_bytes = 600}), 0u);
  EXPECT_EQ(Remove({.budget_bytes = 600}, 100), 1u);
  EXPECT_EQ(disk.ListFolder(First())->size(), 2u);
  // The next one takes the last of the first session, too: its folder goes with it.
  EXPECT_EQ(Remove({.budget_bytes = 250}), 3u);
  EXPECT_FALSE(disk.Exists(First()));
  EXPECT_EQ(disk.ListFolder(Second())->size(), 2u);
}

TEST_F(SessionFolderTest, WhatIsWrittenStays) {
  const std::string writing = Second() + "/" + SegmentName(2, At(5 * 3600));
  EXPECT_EQ(Remove({.budget_bytes = 1}, 1000, At(6 * 3600), writing), 5u);
  EXPECT_THAT(disk.Paths(), ElementsAre(writing));
}

TEST_F(SessionFolderTest, GoByAge) {
  EXPECT_EQ(Remove({.keep = std::chrono::hours(100)}), 0u);
  EXPECT_EQ(Remove({.keep = std::chrono::minutes(239)}), 3u);
  EXPECT_EQ(Remove({}), 0u);
}

TEST_F(SessionFolderTest, NothingElseIsRemoved) {
  disk.WriteFile(First() + "/notes", "");
  disk.WriteFile("kept/precious/segment-000000-20261126T031500Z.hypnos", "");
  EXPECT_EQ(Remove({.budget_bytes = 1}), 6u);
  EXPECT_THAT(disk.Paths(), ElementsAre(First() + "/notes",
                                        "kept/precious/segment-000000-20261126T031500Z.hypnos"));
}

}  // namespace
}  // namespace hypnos

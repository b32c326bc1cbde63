#include "sources/label_table.h"

#include <gtest/gtest.h>

#include "hypnos/base/rng.h"

namespace hypnos {
namespace {

const std::vector<std::string> kClasses = {"walking", "running", "a, \"b\""};

LabelTable Table(const std::string& text) {
  auto table = LabelTable::Parse(text, "c.csv", kClasses);
  HYPNOS_CHECK(table.ok());
  return *table;
}

std::string Complaint(const std::string& text) {
  const auto table = LabelTable::Parse(text, "c.csv", kClasses);
  if (table.ok()) return "";
  EXPECT_EQ(table.error().code, Code::kInvalidArgument);
  EXPECT_EQ(table.error().reason, "BAD_LABELS");
  return table.error().message;
}

TEST(LabelTable, KnowsStretchesOfFrames) {
  const LabelTable table = Table("first,last,label\n2,4,running\n5,5,walking\n9,10,running\n");
  std::vector<int> labels;
  for (int64_t frame = 0; frame <= 11; ++frame) {
    labels.push_back(table.At(frame) ? static_cast<int>(*table.At(frame)) : -1);
  }
  EXPECT_EQ(labels, (std::vector{-1, -1, 1, 1, 1, 0, -1, -1, -1, 1, 1, -1}));
}

TEST(LabelTable, TakesARowAFrameQuotesAndLinesOfOtherSystems) {
  const LabelTable table = Table("frame,label\r\n0,walking\r\n\r\n3,\"a, \"\"b\"\"\"\r\n");
  EXPECT_EQ(table.At(0), 0u);
  EXPECT_EQ(table.At(1), std::nullopt);
  EXPECT_EQ(table.At(3), 2u);
}

TEST(LabelTable, MayBeginWithAByteOrderMark) {
  EXPECT_EQ(Table("\xEF\xBB\xBF"
                  "frame,label\n0,walking\n")
                .At(0),
            0u);
}

TEST(LabelTable, OfNoRowsSaysNothing) {
  const LabelTable table = Table("first,last,label\n");
  EXPECT_EQ(table.At(0), std::nullopt);
  EXPECT_TRUE(table.CheckEnd(-1).ok());
}

TEST(LabelTable, NamesFileAndLineOfWhatIsWrong) {
  EXPECT_EQ(Complaint(""), "c.csv:1: the file is empty; it begins with first,last,label");
  EXPECT_EQ(Complaint("0,3,walking\n"),
            "c.csv:1: the first line must be first,last,label or frame,label");
  EXPECT_EQ(Complaint("frame,label\n1,walking\n2,runing\n"),
            "c.csv:3: 'runing' is none of labels.classes; did you mean 'running'?");
  EXPECT_EQ(Complaint("frame,label\n1,sleeping\n"),
            "c.csv:2: 'sleeping' is none of labels.classes");
  EXPECT_EQ(Complaint("frame,label\n1\n"), "c.csv:2: 1 fields instead of 2");
  EXPECT_EQ(Complaint("first,last,label\n4,2,walking\n"),
            "c.csv:2: the last frame 2 comes before the first, 4");
  EXPECT_EQ(Complaint("first,last,label\n0,5,walking\n\n5,9,running\n"),
            "c.csv:4: frame 5 comes after frame 5 of line 2: frames must be in order, and have one "
            "label each");
  for (const char* number : {"-1", "x", "", "1.5", " 1", "99999999999999999999"}) {
    EXPECT_EQ(
        Complaint(std::string("frame,label\n") + number + ",walking\n"),
        std::string("c.csv:2: '") + number + "' is not the number of a frame, which count from 0");
  }
  EXPECT_EQ(Complaint("frame,label\n1,\"walking\n"), "c.csv:2: a quote is not closed");
  EXPECT_EQ(Complaint("frame,label\n1,\x1b[2J\n"), "c.csv:2: '\\x1b[2J' is none of labels.classes");
}

TEST(LabelTable, SaysWhereItSpeaksOfFramesThatAreNotThere) {
  const LabelTable table = Table("first,last,label\n0,9,walking\n20,29,running\n");
  EXPECT_TRUE(table.CheckEnd(29).ok());
  const Status within = table.CheckEnd(28), before = table.CheckEnd(8);
  ASSERT_FALSE(within.ok());
  EXPECT_EQ(within.error().reason, "LABELS_BEYOND_END");
  EXPECT_EQ(within.error().message,
            "c.csv:3: frame 29 has a label, but the clip ended after frame 28: the labels belong "
            "to another clip, or to more of it");
  ASSERT_FALSE(before.ok());
  EXPECT_TRUE(before.error().message.starts_with("c.csv:2: frame 9 ")) << before.error().message;
}

// Whatever the bytes are: it may refuse, not crash.
TEST(LabelTable, SurvivesNonsense) {
  Rng rng(1);
  const std::string good = "first,last,label\n0,24,walking\n25,30,\"running\"\n";
  for (int i = 0; i < 20000; ++i) {
    std::string text = good;
    for (uint64_t hits = 1 + rng.Below(4); hits > 0; --hits) {
      text[rng.Below(text.size())] = static_cast<char>(rng.Below(256));
    }
    const auto table = LabelTable::Parse(text, "c.csv", kClasses);
    if (table.ok()) {
      (void)table->At(12);
    } else {
      EXPECT_TRUE(table.error().message.starts_with("c.csv:")) << table.error().message;
    }
  }
}

TEST(LabelOfFolder, IsWhatTheFolderIsCalled) {
  for (const char* path : {"/clips/walking", "/clips/walking/", "walking", "/a/../walking/."}) {
    EXPECT_EQ(LabelOfFolder(path, kClasses).value(), 0u) << path;
  }
  const auto unknown = LabelOfFolder("/clips/walkin", kClasses);
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().message,
            "folder '/clips/walkin': 'walkin' is none of labels.classes; did you mean 'walking'?");
}

}  // namespace
}  // namespace hypnos

#include "daemon/scores_path.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "support/temp_dir.h"

namespace hypnos {
namespace {

namespace fs = std::filesystem;

class ScoresPathTest : public testing::Test {
 protected:
  ScoresPathTest() {
    Put("test.yaml", "seed: 1");
    Put("clip.avi", "a video");
    fs::create_directory(dir_.File("images"));
    Put("images/1.pgm", "an image");
  }

  void Put(const std::string& name, const std::string& text) const {
    std::ofstream(dir_.File(name)) << text;
  }
  std::string Text(const std::string& name) const {
    std::ifstream file(dir_.File(name));
    return {std::istreambuf_iterator<char>(file), {}};
  }
  Result<ScoresPath> Check(const std::string& path) const {
    return CheckScoresPath(path, dir_.File("test.yaml"), {source_});
  }
  void ExpectInput(const std::string& path, const std::string& whose) const {
    const auto checked = Check(path);
    ASSERT_FALSE(checked.ok()) << path;
    EXPECT_EQ(checked.error().code, Code::kInvalidArgument);
    EXPECT_EQ(checked.error().message,
              "'" + path + "' is " + whose + ", which would be lost; name another file");
  }

  TempDir dir_;
  SourceOptions source_{{"door"}, FileSourceOptions{.path = dir_.File("clip.avi")}};
};

TEST_F(ScoresPathTest, LeavesNothingBehindWhereThereIsNothing) {
  const auto checked = Check(dir_.File("scores.csv"));
  ASSERT_TRUE(checked.ok());
  EXPECT_TRUE(checked->is_file);
  EXPECT_FALSE(fs::exists(dir_.File("scores.csv")));
}

TEST_F(ScoresPathTest, LeavesWhatIsThere) {
  Put("scores.csv", "of yesterday");
  EXPECT_TRUE(Check(dir_.File("scores.csv")).ok());
  EXPECT_EQ(Text("scores.csv"), "of yesterday");
}

TEST_F(ScoresPathTest, LeavesALinkToWhatIsNotThereYet) {
  fs::create_symlink(dir_.File("scores.csv"), dir_.File("link"));
  EXPECT_TRUE(Check(dir_.File("link")).ok());
  EXPECT_TRUE(fs::is_symlink(dir_.File("link")));
}

TEST_F(ScoresPathTest, MayNotBeTheConfiguration) {
  ExpectInput(dir_.File("test.yaml"), "the configuration");
}

TEST_F(ScoresPathTest, MayNotBeTheVideoByWhateverName) {
  fs::create_symlink("clip.avi", dir_.File("link"));
  fs::create_hard_link(dir_.File("clip.avi"), dir_.File("twin"));
  for (const std::string name : {"clip.avi", "images/../clip.avi", "link", "twin"}) {
    ExpectInput(dir_.File(name), "what is to be watched");
  }
  EXPECT_EQ(Text("clip.avi"), "a video");
}

TEST_F(ScoresPathTest, MayNotBeAnImageOfTheFolder) {
  source_.kind = FolderSourceOptions{.path = dir_.File("images")};
  ExpectInput(dir_.File("images/1.pgm"), "what is to be watched");
  EXPECT_TRUE(Check(dir_.File("images/scores.csv")).ok());
}

TEST_F(ScoresPathTest, MayNotBeAnImageOfASubfolder) {
  source_.kind = FolderSourceOptions{.path = dir_.path(), .subfolders = true};
  ExpectInput(dir_.File("images/1.pgm"), "what is to be watched");
}

TEST_F(ScoresPathTest, MayNotBeTheLabels) {
  Put("labels.csv", "frame,label");
  source_.labels = {LabelOptions::From::kFile, dir_.File("labels.csv"), {"a"}};
  ExpectInput(dir_.File("labels.csv"), "what is to be watched");
}

TEST_F(ScoresPathTest, MayNotBeWhatAnEntryOfThePlaylistReads) {
  source_.kind =
      PlaylistOptions{.entries = {{{"usual"}, SyntheticSourceOptions{}},
                                  {{"odd"}, FileSourceOptions{.path = dir_.File("clip.avi")}}}};
  ExpectInput(dir_.File("clip.avi"), "what is to be watched");
}

TEST_F(ScoresPathTest, MayBeADeviceOrAPipe) {
  ASSERT_EQ(mkfifo(dir_.File("pipe").c_str(), 0600), 0);
  for (const std::string& path : {std::string("/dev/full"), dir_.File("pipe")}) {
    const auto checked = Check(path);
    ASSERT_TRUE(checked.ok()) << path;
    EXPECT_FALSE(checked->is_file);
  }
}

TEST_F(ScoresPathTest, SaysWhyNothingCanBeWrittenThere) {
  const auto nowhere = Check("/nowhere/scores.csv");
  ASSERT_FALSE(nowhere.ok());
  EXPECT_EQ(nowhere.error().message,
            "cannot create '/nowhere/scores.csv': No such file or directory");
  // A program that runs is what not even root may write to.
  const auto busy = Check("/proc/self/exe");
  ASSERT_FALSE(busy.ok());
  EXPECT_EQ(busy.error().message, "cannot write to '/proc/self/exe': Text file busy");
}

}  // namespace
}  // namespace hypnos

#include "lab/novelty_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "support/temp_dir.h"

namespace hypnos::lab {
namespace {

namespace fs = std::filesystem;

class NoveltyDataTest : public testing::Test {
 protected:
  NoveltyDataTest() {
    fs::create_directories(root() / "train" / "02");
    fs::create_directories(root() / "train" / "01");
    fs::create_directories(root() / "test" / "01");
  }
  fs::path root() const { return fs::path(folder_.path()); }
  void Labels(const std::string& text) const { std::ofstream(root() / "labels.csv") << text; }
  Result<NoveltyData> Read() const { return ReadNoveltyData(root().string()); }

  TempDir folder_;
};

TEST_F(NoveltyDataTest, UsualClipsComeFirstAndShareNoName) {
  Labels("clip,frame,label\n01,0,0\n01,1,1\r\n");
  const auto data = Read();
  ASSERT_TRUE(data.ok()) << data.error().message;
  ASSERT_EQ(data->clips.size(), 3u);
  EXPECT_EQ(data->clips[0].name, "train-01");
  EXPECT_EQ(data->clips[1].name, "train-02");
  EXPECT_EQ(data->clips[2].name, "01");
  EXPECT_TRUE(data->clips[0].usual && data->clips[0].is_folder);
  EXPECT_FALSE(data->clips[2].usual);
  EXPECT_TRUE(data->unusual.at({"01", 1}));
  EXPECT_FALSE(data->unusual.at({"01", 0}));
}

TEST_F(NoveltyDataTest, NamesTheLineThatIsNone) {
  for (const char* bad : {"01,0", "01,x,1", "01,0,2", "01,-1,0", "01,,1", "01,99999999999,1"}) {
    Labels(std::string("clip,frame,label\n01,0,0\n") + bad + "\n");
    const auto data = Read();
    ASSERT_FALSE(data.ok()) << bad;
    EXPECT_NE(data.error().message.find("line 3"), std::string::npos) << data.error().message;
  }
}

TEST_F(NoveltyDataTest, FindsTheMaskOfEachFrame) {
  Labels("clip,frame,label\n01,0,0\n01,1,1\n");
  fs::create_directories(root() / "masks" / "01");
  for (const char* name : {"001.png", "000.png"}) std::ofstream(root() / "masks" / "01" / name);
  const auto data = Read();
  ASSERT_TRUE(data.ok()) << data.error().message;
  EXPECT_TRUE(data->masks.at({"01", 1}).ends_with("001.png"));
  { const std::ofstream third(root() / "masks" / "01" / "002.png"); }
  EXPECT_THAT(Read().error().message, testing::HasSubstr("002.png' is a mask of frame 2"));
  fs::remove(root() / "masks" / "01" / "002.png");
  fs::remove(root() / "masks" / "01" / "001.png");
  EXPECT_EQ(Read().error().reason, "NO_MASK");
  { const std::ofstream other(root() / "masks" / "01" / "1.png"); }
  EXPECT_EQ(Read().error().reason, "BAD_MASKS");
}

TEST_F(NoveltyDataTest, SaysWhatIsMissing) {
  EXPECT_EQ(Read().error().reason, "NO_LABELS");
  fs::remove_all(root() / "test");
  EXPECT_EQ(Read().error().reason, "NO_FOLDER");
}

}  // namespace
}  // namespace hypnos::lab

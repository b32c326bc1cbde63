// Labels on their way into frames, for every kind of source that can have them.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <set>

#include "hypnos/sources/source_options.h"
#include "sources/read_all.h"
#include "support/temp_dir.h"

namespace hypnos {
namespace {

using From = LabelOptions::From;

const std::vector<std::string> kClasses = {"walking", "running"};

std::vector<int> Labels(const Seen& seen) {
  return seen.Each(
      [](const Frame& frame) { return frame.label ? static_cast<int>(*frame.label) : -1; });
}

SourceOptions Clip(const std::string& path, From from, const std::string& text = "",
                   uint32_t rounds = 1) {
  return {.identity = {.name = "clip"},
          .kind = FileSourceOptions{.path = path, .rounds = rounds},
          .labels = {.from = from, .text = text, .classes = kClasses}};
}

TEST(LabelledSource, TakesThemFromAFileInEachRound) {
  const TempDir folder;
  const std::string path = WriteClip(folder.File("a.avi"), 4);
  const std::string labels = WriteBytes(folder.File("a.csv"), "first,last,label\n1,2,running\n");
  const auto source = Must(OpenSource(Clip(path, From::kFile, labels, 2)));
  const Seen seen = ReadAll(source.get());
  EXPECT_FALSE(seen.error);
  EXPECT_EQ(Labels(seen), (std::vector{-1, 1, 1, -1, -1, 1, 1, -1}));
  EXPECT_EQ(source->frame_count(), 8);
}

TEST(LabelledSource, TakesAllFromAName) {
  const TempDir folder;
  const std::string path = WriteClip(folder.File("a.avi"), 2);
  const Seen seen = ReadAll(Must(OpenSource(Clip(path, From::kName, "running"))).get());
  EXPECT_EQ(Labels(seen), (std::vector{1, 1}));
}

TEST(LabelledSource, TakesThemFromTheFolderOfAVideo) {
  const TempDir folder;
  std::filesystem::create_directory(folder.File("running"));
  const std::string path = WriteClip(folder.File("running/a.avi"), 2);
  EXPECT_EQ(Labels(ReadAll(Must(OpenSource(Clip(path, From::kFolder))).get())),
            (std::vector{1, 1}));
}

TEST(LabelledSource, HasNoneWhereNobodySaysSo) {
  const TempDir folder;
  const std::string path = WriteClip(folder.File("a.avi"), 1);
  EXPECT_EQ(Labels(ReadAll(Must(OpenSource(Clip(path, From::kNowhere))).get())), std::vector{-1});
}

void ExpectRefused(const SourceOptions& options, const std::string& message) {
  const auto source = OpenSource(options);
  ASSERT_FALSE(source.ok());
  EXPECT_EQ(source.error().message, message);
}

TEST(LabelledSource, IsRefusedWhereTheLabelsMakeNoSense) {
  const TempDir folder;
  const std::string path = WriteClip(folder.File("a.avi"), 1);
  ExpectRefused(
      Clip(path, From::kFile, folder.File("none.csv")),
      "source 'clip': cannot read '" + folder.File("none.csv") + "': No such file or directory");
  const std::string bad = WriteBytes(folder.File("bad.csv"), "frame,label\n0,flying\n");
  ExpectRefused(Clip(path, From::kFile, bad),
                "source 'clip': " + bad + ":2: 'flying' is none of labels.classes");
  const std::string pipe = folder.File("pipe");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  ExpectRefused(Clip(path, From::kFile, pipe), "source 'clip': '" + pipe + "' is no regular file");
  ExpectRefused(Clip(path, From::kName, "runnin"),
                "source 'clip': 'runnin' is none of labels.classes; did you mean 'running'?");
  const auto in_folder = OpenSource(Clip(path, From::kFolder));
  ASSERT_FALSE(in_folder.ok());
  EXPECT_TRUE(in_folder.error().message.starts_with("source 'clip': folder '"));
}

TEST(LabelledSource, EndsWithAnErrorWhereLabelsGoOnAfterTheClip) {
  const TempDir folder;
  const std::string path = WriteClip(folder.File("a.avi"), 3);
  const std::string labels =
      WriteBytes(folder.File("a.csv"), "frame,label\n2,running\n3,running\n");
  const auto source = Must(OpenSource(Clip(path, From::kFile, labels, 2)));
  const Seen seen = ReadAll(source.get());
  EXPECT_EQ(Labels(seen), (std::vector{-1, -1, 1}));
  ASSERT_TRUE(seen.error);
  EXPECT_EQ(seen.error->message,
            "source 'clip': " + labels +
                ":3: frame 3 has a label, but the clip ended after frame 2: the labels belong to "
                "another clip, or to more of it");
  EXPECT_FALSE(source->Next().ok()) << "it must stay at its error";
}

TEST(LabelledSource, ForgivesLabelsOfFramesThatCannotBeDecoded) {
  const TempDir folder, album;
  WritePng(album.File("1.png"), NumberedImage(1));
  WriteBytes(album.File("2.png"), "broken");
  const std::string labels = WriteBytes(folder.File("a.csv"), "first,last,label\n0,1,running\n");
  const auto source = Must(OpenSource({.identity = {.name = "album"},
                                       .kind = FolderSourceOptions{.path = album.path()},
                                       .labels = {From::kFile, labels, kClasses}}));
  testing::internal::CaptureStderr();
  const Seen seen = ReadAll(source.get());
  testing::internal::GetCapturedStderr();
  EXPECT_FALSE(seen.error);
  EXPECT_EQ(Labels(seen), std::vector{1});
}

class LabelledFolder : public testing::Test {
 protected:
  LabelledFolder() {
    for (const char* name : {"walking", "running", ".hidden", "empty"}) {
      std::filesystem::create_directory(folder_.File(name));
    }
    WritePng(folder_.File("0.png"), NumberedImage(0));
    WritePng(folder_.File("walking/1.png"), NumberedImage(1));
    WritePng(folder_.File("walking/2.png"), NumberedImage(2));
    WritePng(folder_.File("running/3.png"), NumberedImage(3));
    WritePng(folder_.File(".hidden/4.png"), NumberedImage(4));
  }

  Result<std::unique_ptr<Source>> Open(const std::string& path, bool subfolders,
                                       const std::vector<std::string>& classes = kClasses) {
    return OpenSource({.identity = {.name = "album"},
                       .kind = FolderSourceOptions{.path = path, .subfolders = subfolders},
                       .labels = {From::kFolder, "", classes}});
  }

  TempDir folder_;
};

TEST_F(LabelledFolder, GivesImagesTheNameOfTheirFolder) {
  const Seen seen = ReadAll(Must(Open(folder_.File("walking"), false)).get());
  EXPECT_EQ(seen.Numbers(), (std::vector{1, 2}));
  EXPECT_EQ(Labels(seen), (std::vector{0, 0}));
}

TEST_F(LabelledFolder, ReadsOneSubfolderAfterTheOther) {
  const auto source = Must(Open(folder_.path(), true));
  EXPECT_EQ(source->frame_count(), 3);
  const Seen seen = ReadAll(source.get());
  EXPECT_EQ(seen.Numbers(), (std::vector{3, 1, 2}));
  EXPECT_EQ(Labels(seen), (std::vector{1, 0, 0}));
  EXPECT_EQ(seen.Indices(), (std::vector<int64_t>{0, 1, 2}));
  EXPECT_EQ(seen.Discontinuities(),
            (std::vector{Discontinuity::kStart, Discontinuity::kClip, Discontinuity::kNone}));
}

TEST_F(LabelledFolder, IsRefusedWhereAFolderIsNoClass) {
  const auto source = Open(folder_.path(), true, {"walking"});
  ASSERT_FALSE(source.ok());
  EXPECT_EQ(source.error().message, "source 'album': folder '" + folder_.File("running") +
                                        "': 'running' is none of labels.classes");
}

TEST_F(LabelledFolder, IsRefusedWhereNoSubfolderHoldsAnImage) {
  const auto source = Open(folder_.File("walking"), true);
  ASSERT_FALSE(source.ok());
  EXPECT_EQ(source.error().message, "source 'album': folder '" + folder_.File("walking") +
                                        "' holds no sub-folder with an image");
}

TEST(LabelledScene, SaysWhichDigitItShows) {
  const std::vector<std::string> classes = {"9", "8", "7", "6", "5", "4", "3", "2", "1", "0"};
  const SourceOptions options = {
      .identity = {.name = "toy"},
      .kind = SyntheticSourceOptions{.scene = SyntheticSourceOptions::Scene::kDigits,
                                     .width = 20,
                                     .height = 20,
                                     .frames = 40,
                                     .frames_per_digit = 4},
      .labels = {From::kScene, "", classes}};
  const Seen seen = ReadAll(Must(OpenSource(options)).get());
  const std::vector<int> labels = Labels(seen);
  for (size_t i = 0; i < labels.size(); ++i) {
    EXPECT_GE(labels[i], 0);
    EXPECT_EQ(labels[i], labels[i / 4 * 4]) << "each digit is held for four frames";
  }
  EXPECT_GT(std::set<int>(labels.begin(), labels.end()).size(), 3u);

  SourceOptions without = options;
  without.labels.classes.pop_back();
  ExpectRefused(without, "source 'toy': '0' is none of labels.classes; did you mean '9'?");
}

TEST(LabelledPlaylist, HasEntriesWithLabelsOfTheirOwn) {
  const TempDir folder;
  const std::string path = WriteClip(folder.File("a.avi"), 1);
  SourceOptions one = Clip(path, From::kName, "running"), other = Clip(path, From::kNowhere);
  other.identity.name = "other";
  const auto source = Must(
      OpenSource({.identity = {.name = "list"}, .kind = PlaylistOptions{.entries = {one, other}}}));
  EXPECT_EQ(Labels(ReadAll(source.get())), (std::vector{1, -1}));
}

}  // namespace
}  // namespace hypnos

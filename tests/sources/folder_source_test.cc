#include "hypnos/sources/folder_source.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "sources/read_all.h"
#include "support/temp_dir.h"

namespace hypnos {
namespace {

constexpr auto kNone = Discontinuity::kNone;
constexpr auto kStart = Discontinuity::kStart;
constexpr auto kResize = Discontinuity::kResize;
constexpr auto kLoop = Discontinuity::kLoop;
constexpr auto kGap = Discontinuity::kGap;

const SourceIdentity kAlbum = {.name = "album"};

TEST(FolderSource, GivesImagesInNaturalOrderAtTheGivenRate) {
  const TempDir folder;
  for (const int i : {10, 2, 1}) {
    WritePng(folder.File("f" + std::to_string(i) + ".png"), NumberedImage(i));
  }
  WriteBytes(folder.File("notes.txt"), "not named like an image");
  WriteBytes(folder.File(".hidden.png"), "nor this");
  const auto source = Must(OpenFolderSource(kAlbum, {.path = folder.path(), .frame_rate_hz = 4}));
  EXPECT_EQ(source->frame_count(), 3);
  const Seen seen = ReadAll(source.get());
  EXPECT_FALSE(seen.error);
  EXPECT_EQ(seen.Numbers(), (std::vector{1, 2, 10}));
  EXPECT_EQ(seen.Milliseconds(), (std::vector<int64_t>{0, 250, 500}));
}

TEST(FolderSource, MarksImagesOfAnotherSize) {
  const TempDir folder;
  WritePng(folder.File("1.png"), NumberedImage(1));
  WritePng(folder.File("2.png"), NumberedImage(2, 160, 96));
  WritePng(folder.File("3.png"), NumberedImage(3, 160, 96));
  const auto source = Must(OpenFolderSource(kAlbum, {.path = folder.path(), .rounds = 2}));
  const Seen seen = ReadAll(source.get());
  EXPECT_EQ(seen.Numbers(), (std::vector{1, 2, 3, 1, 2, 3}));
  EXPECT_EQ(seen.frames[1].image.width(), 160);
  EXPECT_EQ(seen.Discontinuities(), (std::vector{kStart, kResize, kNone, kLoop, kResize, kNone}));
}

TEST(FolderSource, SkipsCountsAndLogsABrokenImage) {
  const TempDir folder;
  WritePng(folder.File("1.png"), NumberedImage(1));
  WritePng(folder.File("2.png"), NumberedImage(2));
  WritePng(folder.File("3.png"), NumberedImage(3));
  CutFile(folder.File("2.png"), 0.6);
  const auto source = Must(OpenFolderSource(kAlbum, {.path = folder.path()}));
  testing::internal::CaptureStderr();
  const Seen seen = ReadAll(source.get());
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_FALSE(seen.error);
  EXPECT_EQ(seen.Numbers(), (std::vector{1, 3}));
  EXPECT_EQ(seen.Indices(), (std::vector<int64_t>{0, 2}));
  EXPECT_EQ(seen.Discontinuities(), (std::vector{kStart, kGap}));
  EXPECT_EQ(source->unreadable_frames(), 1);
  EXPECT_NE(log.find("source 'album': image '" + folder.File("2.png") + "' is skipped"),
            std::string::npos)
      << log;
  EXPECT_EQ(log.find("libpng"), std::string::npos) << log;
}

TEST(FolderSource, SkipsWhatIsNoRegularFileOrAMonster) {
  const TempDir folder;
  WritePng(folder.File("1.png"), NumberedImage(1));
  ASSERT_EQ(mkfifo(folder.File("2.png").c_str(), 0600), 0);
  WriteBytes(folder.File("3.png"), "");
  std::filesystem::resize_file(folder.File("3.png"), uintmax_t{40} << 30);
  const auto source = Must(OpenFolderSource(kAlbum, {.path = folder.path()}));
  testing::internal::CaptureStderr();
  const Seen seen = ReadAll(source.get());
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_FALSE(seen.error);
  EXPECT_EQ(seen.Numbers(), (std::vector{1}));
  EXPECT_EQ(source->unreadable_frames(), 2);
  EXPECT_NE(log.find("2.png' is skipped: it is no regular file"), std::string::npos) << log;
  EXPECT_NE(log.find("it is larger than 512 MiB"), std::string::npos) << log;
}

TEST(FolderSource, EndsWithAnErrorWhereNothingCanBeRead) {
  const TempDir folder;
  WriteBytes(folder.File("1.png"), "no image");
  const auto source = Must(OpenFolderSource(kAlbum, {.path = folder.path(), .rounds = 0}));
  testing::internal::CaptureStderr();
  const Seen seen = ReadAll(source.get());
  testing::internal::GetCapturedStderr();
  EXPECT_TRUE(seen.frames.empty());
  ASSERT_TRUE(seen.error);
  EXPECT_EQ(seen.error->code, Code::kDataLoss);
  EXPECT_EQ(seen.error->message, "source 'album': folder '" + folder.path() +
                                     "' holds 1 images, none of which can be read");
}

TEST(FolderSource, RefusesWhatIsNoFolderOfImages) {
  const TempDir folder;
  const auto empty = OpenFolderSource(kAlbum, {.path = folder.path()});
  ASSERT_FALSE(empty.ok());
  EXPECT_EQ(empty.error().code, Code::kInvalidArgument);
  EXPECT_EQ(empty.error().message, "source 'album': folder '" + folder.path() + "' holds no image");
  EXPECT_EQ(OpenFolderSource(kAlbum, {.path = folder.File("missing")}).error().code,
            Code::kNotFound);
  EXPECT_EQ(OpenFolderSource(kAlbum, {.path = WriteBytes(folder.File("file"), "x")}).error().code,
            Code::kInvalidArgument);
}

}  // namespace
}  // namespace hypnos

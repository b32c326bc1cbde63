#include <gtest/gtest.h>

#include "hypnos/sources/source_options.h"
#include "sources/read_all.h"
#include "support/temp_dir.h"

namespace hypnos {
namespace {

constexpr auto kNone = Discontinuity::kNone;
constexpr auto kStart = Discontinuity::kStart;
constexpr auto kClip = Discontinuity::kClip;
constexpr auto kLoop = Discontinuity::kLoop;

SourceOptions Entry(const std::string& name, const std::string& path, bool learn = true) {
  return {.identity = {.name = name, .learn = learn}, .kind = FileSourceOptions{.path = path}};
}

Result<std::unique_ptr<Source>> OpenList(std::vector<SourceOptions> entries, uint32_t rounds = 1) {
  return OpenSource({.identity = {.name = "list"},
                     .kind = PlaylistOptions{.entries = std::move(entries), .rounds = rounds}});
}

TEST(Playlist, PlaysEntriesOneAfterTheOther) {
  const TempDir folder;
  const std::string path = WriteClip(folder.File("a.avi"), 2);
  const auto list = Must(OpenList({Entry("train", path), Entry("test", path, false)}, 2));
  EXPECT_EQ(list->frame_count(), 8);
  const Seen seen = ReadAll(list.get());
  EXPECT_FALSE(seen.error);
  EXPECT_EQ(seen.Each([](const Frame& frame) { return frame.clip; }),
            (std::vector<std::string>{"train", "train", "test", "test", "train", "train", "test",
                                      "test"}));
  EXPECT_EQ(seen.Each([](const Frame& frame) { return frame.learn ? 1 : 0; }),
            (std::vector{1, 1, 0, 0, 1, 1, 0, 0}));
  EXPECT_EQ(seen.Indices(), (std::vector<int64_t>{0, 1, 0, 1, 0, 1, 0, 1}));
  EXPECT_EQ(seen.Discontinuities(),
            (std::vector{kStart, kNone, kClip, kNone, kLoop, kNone, kClip, kNone}));
}

TEST(Playlist, ThatIsNotLearnedFromHasNoEntryThatIs) {
  const TempDir folder;
  const std::string path = WriteClip(folder.File("a.avi"), 1);
  const auto list = Must(OpenSource(
      {.identity = {.name = "list", .learn = false},
       .kind = PlaylistOptions{.entries = {Entry("a", path), Entry("b", path, false)}}}));
  const Seen seen = ReadAll(list.get());
  EXPECT_EQ(seen.Each([](const Frame& frame) { return frame.learn ? 1 : 0; }), (std::vector{0, 0}));
}

TEST(Playlist, TakesEveryKindThatEnds) {
  const TempDir folder;
  WritePng(folder.File("1.png"), NumberedImage(1));
  const auto list = Must(
      OpenList({{.identity = {.name = "album"}, .kind = FolderSourceOptions{.path = folder.path()}},
                {.identity = {.name = "potato"}, .kind = SyntheticSourceOptions{.frames = 2}}}));
  EXPECT_EQ(ReadAll(list.get()).Discontinuities(), (std::vector{kStart, kClip, kNone}));
}

TEST(Playlist, KeepsTheRoundsOfItsEntries) {
  const TempDir folder;
  SourceOptions twice = Entry("a", WriteClip(folder.File("a.avi"), 1));
  std::get<FileSourceOptions>(twice.kind).rounds = 2;
  EXPECT_EQ(ReadAll(Must(OpenList({twice})).get()).Discontinuities(), (std::vector{kStart, kLoop}));
}

TEST(Playlist, CountsUnreadableFramesOfAllEntries) {
  const TempDir folder;
  WritePng(folder.File("1.png"), NumberedImage(1));
  WriteBytes(folder.File("2.png"), "broken");
  const auto list = Must(
      OpenList({{.identity = {.name = "a"}, .kind = FolderSourceOptions{.path = folder.path()}},
                {.identity = {.name = "b"}, .kind = FolderSourceOptions{.path = folder.path()}}}));
  testing::internal::CaptureStderr();
  ReadAll(list.get());
  testing::internal::GetCapturedStderr();
  EXPECT_EQ(list->unreadable_frames(), 2);
}

TEST(Playlist, StopsWhereAnEntryIsDamagedAndNamesIt) {
  const TempDir folder;
  const std::string path = WriteClip(folder.File("a.avi"), 100);
  CutFile(path, 0.6);
  const Seen seen = ReadAll(Must(OpenList({Entry("first", path), Entry("next", path)})).get());
  ASSERT_TRUE(seen.error);
  EXPECT_EQ(seen.error->code, Code::kDataLoss);
  EXPECT_TRUE(seen.error->message.starts_with("source 'list': source 'first': file '"))
      << seen.error->message;
}

void ExpectRefused(std::vector<SourceOptions> entries, Code code, const std::string& message) {
  const auto list = OpenList(std::move(entries));
  ASSERT_FALSE(list.ok());
  EXPECT_EQ(list.error().code, code);
  EXPECT_EQ(list.error().message, message);
}

TEST(Playlist, FindsABadEntryBeforeItPlaysAny) {
  const TempDir folder;
  const std::string path = WriteClip(folder.File("a.avi"), 1);
  ExpectRefused({Entry("good", path), Entry("bad", "/nowhere")}, Code::kNotFound,
                "source 'list': source 'bad': file '/nowhere' does not exist");
  ExpectRefused({}, Code::kInvalidArgument, "source 'list': the playlist has no entries");
  ExpectRefused({Entry("a", path), Entry("a", path)}, Code::kInvalidArgument,
                "source 'list': two entries of the playlist are called 'a'");
  ExpectRefused({{.identity = {.name = "cam"}, .kind = CameraSourceOptions{}}},
                Code::kInvalidArgument, "source 'list': entry 'cam' is live and would never end");
}

}  // namespace
}  // namespace hypnos

#include "hypnos/sources/file_source.h"

#include <gtest/gtest.h>

#include "hypnos/imaging/video_capture.h"
#include "sources/read_all.h"
#include "support/temp_dir.h"

namespace hypnos {
namespace {

constexpr auto kNone = Discontinuity::kNone;
constexpr auto kStart = Discontinuity::kStart;
constexpr auto kLoop = Discontinuity::kLoop;
constexpr auto kResize = Discontinuity::kResize;

const SourceIdentity kDoor = {.name = "door", .learn = true};

// An installed sample of OpenCV: 795 frames, MPEG-4, 768x576.
constexpr char kRealClip[] = "/usr/share/doc/opencv-doc/examples/data/vtest.avi";

// An element of EBML, as Matroska is made of: its name, how long it is, what it holds.
std::string Element(std::string_view name, const std::string& content) {
  std::string bytes(name);
  bytes += '\x01';
  for (int shift = 48; shift >= 0; shift -= 8) {
    bytes += static_cast<char>(content.size() >> shift & 0xff);
  }
  return bytes + content;
}

std::string BigEndian(int number, int size) {
  std::string bytes;
  for (int shift = 8 * (size - 1); shift >= 0; shift -= 8) {
    bytes += static_cast<char>(number >> shift & 0xff);
  }
  return bytes;
}

// A picture for each of the stamps, in milliseconds, whether they go forwards or not.
std::string WriteStamped(const std::string& path, const std::vector<int>& stamps) {
  const std::string size = Element("\xb0", BigEndian(80, 2)) + Element("\xba", BigEndian(48, 2));
  const std::string track = Element("\xd7", "\x01") + Element("\x73\xc5", "\x01") +
                            Element("\x83", "\x01") + Element("\x86", "V_MJPEG") +
                            Element("\xe0", size);
  std::string cluster = Element("\xe7", BigEndian(0, 1));
  for (size_t i = 0; i < stamps.size(); ++i) {
    const auto jpeg = EncodeJpeg(NumberedImage(static_cast<int>(i)), 95);
    cluster += Element(
        "\xa3", "\x81" + BigEndian(stamps[i], 2) + "\x80" + std::string(jpeg.begin(), jpeg.end()));
  }
  return WriteBytes(path, Element("\x1a\x45\xdf\xa3", Element("\x42\x82", "matroska")) +
                              Element("\x18\x53\x80\x67",
                                      Element("\x15\x49\xa9\x66",
                                              Element("\x2a\xd7\xb1", BigEndian(1'000'000, 3))) +
                                          Element("\x16\x54\xae\x6b", Element("\xae", track)) +
                                          Element("\x1f\x43\xb6\x75", cluster)));
}

TEST(FileSource, ItsTimesNeverRunBackwardsAlsoWhereTheFilesDo) {
  const TempDir folder;
  const std::string path =
      WriteStamped(folder.File("a.mkv"), {0, 100, 200, 150, 120, 300, 50, 400});
  const auto capture = OpenVideoFile(path);
  ASSERT_TRUE(capture.ok()) << capture.error().message;
  std::vector<Duration> stamps;
  while (*(*capture)->Grab()) stamps.push_back((*capture)->time().value_or(Duration::zero()));
  ASSERT_FALSE(std::ranges::is_sorted(stamps)) << "there is nothing to mend";

  const Seen seen = ReadAll(Must(OpenFileSource(kDoor, {.path = path})).get());
  EXPECT_FALSE(seen.error);
  EXPECT_EQ(seen.Numbers(), Counting(8));
  const auto times = seen.Milliseconds();
  EXPECT_TRUE(std::ranges::is_sorted(times));
  EXPECT_EQ(times.front(), 0);
  EXPECT_EQ(times.back(), 400);
}

TEST(FileSource, GivesEveryFrameOnceInOrder) {
  const TempDir folder;
  const auto source = Must(OpenFileSource(kDoor, {.path = WriteClip(folder.File("a.avi"), 30)}));
  const Seen seen = ReadAll(source.get());
  EXPECT_FALSE(seen.error);
  EXPECT_EQ(seen.Numbers(), Counting(30));
  EXPECT_EQ(seen.Indices(), Counting(int64_t{30}));
  EXPECT_EQ(seen.Milliseconds()[29], 2900);
  EXPECT_EQ(source->frame_count(), 30);
  EXPECT_FALSE(source->live());
}

TEST(FileSource, SaysTheEndAgainAndAgain) {
  const TempDir folder;
  const auto source = Must(OpenFileSource(kDoor, {.path = WriteClip(folder.File("a.avi"), 1)}));
  ReadAll(source.get());
  for (int i = 0; i < 3; ++i) {
    const auto next = source->Next();
    ASSERT_TRUE(next.ok());
    EXPECT_TRUE(std::holds_alternative<EndOfStream>(*next));
  }
}

TEST(FileSource, FramesCarryNameAndWhetherToLearn) {
  const TempDir folder;
  const auto source = Must(OpenFileSource({.name = "night", .learn = false},
                                          {.path = WriteClip(folder.File("a.avi"), 2)}));
  for (const Frame& frame : ReadAll(source.get()).frames) {
    EXPECT_EQ(frame.clip, "night");
    EXPECT_FALSE(frame.learn);
  }
}

TEST(FileSource, EachRoundBeginsAnewWithALoop) {
  const TempDir folder;
  const auto source =
      Must(OpenFileSource(kDoor, {.path = WriteClip(folder.File("a.avi"), 2), .rounds = 3}));
  EXPECT_EQ(source->frame_count(), 6);
  const Seen seen = ReadAll(source.get());
  EXPECT_EQ(seen.Numbers(), (std::vector{0, 1, 0, 1, 0, 1}));
  EXPECT_EQ(seen.Indices(), (std::vector<int64_t>{0, 1, 0, 1, 0, 1}));
  EXPECT_EQ(seen.Milliseconds(), (std::vector<int64_t>{0, 100, 0, 100, 0, 100}));
  EXPECT_EQ(seen.Discontinuities(), (std::vector{kStart, kNone, kLoop, kNone, kLoop, kNone}));
}

TEST(FileSource, ZeroRoundsNeverEnd) {
  const TempDir folder;
  const auto source =
      Must(OpenFileSource(kDoor, {.path = WriteClip(folder.File("a.avi"), 3), .rounds = 0}));
  EXPECT_EQ(source->frame_count(), std::nullopt);
  EXPECT_EQ(ReadAll(source.get(), 100).frames.size(), 100u);
}

TEST(FileSource, PlaysThePartThatIsAskedFor) {
  const TempDir folder;
  const auto source = Must(OpenFileSource(kDoor, {.path = WriteClip(folder.File("a.avi"), 30),
                                                  .rounds = 2,
                                                  .start_seconds = 1.2,
                                                  .end_seconds = 1.5}));
  EXPECT_EQ(source->frame_count(), 6);
  const Seen seen = ReadAll(source.get());
  EXPECT_FALSE(seen.error);
  EXPECT_EQ(seen.Numbers(), (std::vector{12, 13, 14, 12, 13, 14}));
  EXPECT_EQ(seen.Indices(), (std::vector<int64_t>{0, 1, 2, 0, 1, 2}));
  EXPECT_EQ(seen.Milliseconds(), (std::vector<int64_t>{0, 100, 200, 0, 100, 200}));
}

TEST(FileSource, DescribesItself) {
  const TempDir folder;
  const std::string path = WriteClip(folder.File("a.avi"), 1, 12);
  EXPECT_EQ(Must(OpenFileSource(kDoor, {.path = path}))->Describe(),
            "file '" + path + "', 80x48, 12 frames/s");
}

TEST(FileSource, GivesWhatATruncatedFileHoldsAndThenSaysSo) {
  const TempDir folder;
  const std::string path = WriteClip(folder.File("a.avi"), 100);
  CutFile(path, 0.6);
  const auto source = Must(OpenFileSource(kDoor, {.path = path, .rounds = 0}));
  const Seen seen = ReadAll(source.get());
  const auto given = static_cast<int>(seen.frames.size());
  EXPECT_GT(given, 50);
  EXPECT_LT(given, 65);
  EXPECT_EQ(seen.Numbers(), Counting(given));
  ASSERT_TRUE(seen.error);
  EXPECT_EQ(seen.error->code, Code::kDataLoss);
  EXPECT_EQ(seen.error->reason, "TRUNCATED");
  EXPECT_EQ(seen.error->message, "source 'door': file '" + path + "' ends after frame " +
                                     std::to_string(given) + " of 100: truncated or damaged");
  EXPECT_FALSE(source->Next().ok()) << "an error stays";
}

TEST(FileSource, APartBeforeTheCutIsWhole) {
  const TempDir folder;
  const std::string path = WriteClip(folder.File("a.avi"), 100);
  CutFile(path, 0.6);
  const auto source = Must(OpenFileSource(kDoor, {.path = path, .end_seconds = 2}));
  const Seen seen = ReadAll(source.get());
  EXPECT_FALSE(seen.error);
  EXPECT_EQ(seen.frames.size(), 20u);
}

TEST(FileSource, MarksWhereTheSizeChanges) {
  const TempDir folder;
  const std::vector<Image> images = {NumberedImage(0), NumberedImage(1), NumberedImage(2, 160, 96),
                                     NumberedImage(3, 160, 96), NumberedImage(4)};
  const auto source =
      Must(OpenFileSource(kDoor, {.path = WriteMjpeg(folder.File("a.mjpg"), images)}));
  const Seen seen = ReadAll(source.get());
  EXPECT_FALSE(seen.error);
  EXPECT_EQ(seen.Numbers(), Counting(5));
  EXPECT_EQ(seen.Discontinuities(), (std::vector{kStart, kNone, kResize, kNone, kResize}));
}

TEST(FileSource, PassesOverADamagedPictureAndCountsIt) {
  const TempDir folder;
  const std::string path = folder.File("a.avi");
  DamagePicture(WriteClip(path, 5), 2);
  const auto source = Must(OpenFileSource(kDoor, {.path = path}));
  const Seen seen = ReadAll(source.get());
  EXPECT_FALSE(seen.error);
  EXPECT_EQ(seen.Indices(), (std::vector<int64_t>{0, 1, 3, 4}));
  EXPECT_EQ(seen.Numbers(), (std::vector{0, 1, 3, 4}));
  EXPECT_EQ(seen.frames[2].discontinuity, Discontinuity::kGap);
  EXPECT_EQ(source->unreadable_frames(), 1);
}

TEST(FileSource, NoticesThatTheFileWentAwayBetweenRounds) {
  const TempDir folder;
  const std::string path = WriteClip(folder.File("a.avi"), 2);
  const auto source = Must(OpenFileSource(kDoor, {.path = path, .rounds = 2}));
  std::filesystem::remove(path);
  const Seen seen = ReadAll(source.get());
  EXPECT_EQ(seen.frames.size(), 2u);
  ASSERT_TRUE(seen.error);
  EXPECT_EQ(seen.error->code, Code::kNotFound);
}

Error ErrorOf(const FileSourceOptions& options) {
  testing::internal::CaptureStderr();
  const auto source = OpenFileSource(kDoor, options);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "") << "libraries must not print";
  EXPECT_FALSE(source.ok());
  if (source.ok()) return {};
  EXPECT_TRUE(source.error().message.starts_with("source 'door': ")) << source.error().message;
  return source.error();
}

TEST(FileSource, BadFilesAreRefusedAtOpening) {
  const TempDir folder;
  EXPECT_EQ(ErrorOf({.path = folder.File("missing.avi")}).code, Code::kNotFound);
  for (const std::string& path : {WriteBytes(folder.File("page.avi"), "<html>"),
                                  WriteBytes(folder.File("empty.avi"), ""), folder.path()}) {
    const Error error = ErrorOf({.path = path});
    EXPECT_EQ(error.code, Code::kInvalidArgument);
    EXPECT_EQ(error.reason, "NOT_A_VIDEO");
  }
}

TEST(FileSource, AFileWithoutAFrameIsRefusedAtOpening) {
  const TempDir folder;
  const std::string path = WriteClip(folder.File("a.avi"), 0);
  const Error error = ErrorOf({.path = path});
  EXPECT_EQ(error.code, Code::kInvalidArgument);
}

TEST(FileSource, APartOutsideTheFileIsRefusedAtOpening) {
  const TempDir folder;
  const std::string path = WriteClip(folder.File("a.avi"), 5);
  const Error error = ErrorOf({.path = path, .start_seconds = 7});
  EXPECT_EQ(error.code, Code::kOutOfRange);
  EXPECT_EQ(error.message, "source 'door': file '" + path +
                               "' is over after 0.400 s, before its part from 7 s begins");
  EXPECT_EQ(ErrorOf({.path = path, .start_seconds = 2, .end_seconds = 1}).code,
            Code::kInvalidArgument);
  EXPECT_EQ(ErrorOf({.path = path, .start_seconds = -1}).code, Code::kInvalidArgument);
  EXPECT_EQ(ErrorOf({.path = path, .end_seconds = 1e300}).code, Code::kInvalidArgument);
}

TEST(FileSource, GivesEveryFrameOfARealClip) {
  if (!std::filesystem::exists(kRealClip)) GTEST_SKIP() << "install opencv-doc for this test";
  const auto source = Must(OpenFileSource(kDoor, {.path = kRealClip}));
  EXPECT_EQ(source->Describe(), std::string("file '") + kRealClip + "', 768x576, 10 frames/s");
  int64_t frames = 0;
  while (true) {
    const auto next = source->Next();
    ASSERT_TRUE(next.ok()) << next.error().message;
    if (std::holds_alternative<EndOfStream>(*next)) break;
    const auto& frame = std::get<Frame>(*next);
    EXPECT_EQ(frame.index, frames);
    EXPECT_EQ(frame.presentation_time, std::chrono::milliseconds(100 * frames));
    ++frames;
  }
  EXPECT_EQ(frames, 795);
}

TEST(FileSource, FindsTheCutInARealClip) {
  if (!std::filesystem::exists(kRealClip)) GTEST_SKIP() << "install opencv-doc for this test";
  const TempDir folder;
  const std::string path = folder.File("cut.avi");
  std::filesystem::copy_file(kRealClip, path);
  CutFile(path, 0.6);
  testing::internal::CaptureStderr();
  const Seen seen = ReadAll(Must(OpenFileSource(kDoor, {.path = path})).get());
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  ASSERT_TRUE(seen.error);
  EXPECT_EQ(seen.error->code, Code::kDataLoss);
  EXPECT_NE(seen.error->message.find(" of 795: truncated or damaged"), std::string::npos);
}

}  // namespace
}  // namespace hypnos

#include "hypnos/imaging/child_capture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "support/clips.h"
#include "support/temp_dir.h"

namespace hypnos {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;
using Capture = std::unique_ptr<VideoCapture>;

constexpr Duration kShort = std::chrono::milliseconds(50);
constexpr Duration kLong = std::chrono::seconds(60);

ChildCaptureOptions Options(const std::string& program, Duration patience = kLong,
                            Duration open_patience = kLong) {
  return {.program = program,
          .patience = patience,
          .open_patience = open_patience,
          .interruption = std::make_shared<Interruption>()};
}

Result<Capture> Open(const std::string& wish, Duration patience = kLong) {
  return OpenStreamInChild({wish}, Options(HYPNOS_FAKE_CAPTURE, patience));
}

// What the first Grab comes to.
Result<bool> GrabOf(const std::string& wish, Duration patience = kLong) {
  auto capture = Open(wish, patience);
  if (!capture.ok()) return capture.error();
  return (*capture)->Grab();
}

size_t OpenDescriptors() {
  const std::filesystem::directory_iterator folder("/proc/self/fd");
  return static_cast<size_t>(std::distance(begin(folder), end(folder)));
}

TEST(ChildCapture, GivesThePicturesThatTheFileHolds) {
  const TempDir folder;
  const std::string path = WriteClip(folder.File("clip.avi"), 30);
  ChildCaptureOptions options = Options(CaptureProgramBesideThis());
  options.waits = true;
  auto far = OpenStreamInChild({"file:" + path}, options);
  auto near = OpenVideoFile(path);
  ASSERT_TRUE(far.ok()) << far.error().message;
  ASSERT_TRUE(near.ok());
  EXPECT_EQ((*far)->properties().width, (*near)->properties().width);
  EXPECT_EQ((*far)->properties().frame_count, (*near)->properties().frame_count);
  Image one, other;
  int pictures = 0;
  while (*(*near)->Grab()) {
    ASSERT_TRUE(*(*far)->Grab());
    ASSERT_TRUE((*near)->Retrieve(&one).ok());
    ASSERT_TRUE((*far)->Retrieve(&other).ok());
    EXPECT_EQ(one, other);
    EXPECT_EQ((*near)->time(), (*far)->time());
    EXPECT_EQ((*far)->passed_over(), 0);
    ++pictures;
  }
  EXPECT_FALSE(*(*far)->Grab());
  EXPECT_EQ(pictures, 30);
}

// As after a pause of the network or of the machine.
TEST(ChildCapture, AReaderThatKeepsReadingMissesNothingOfABurst) {
  const TempDir folder;
  const std::string path = WriteClip(folder.File("clip.avi"), 200);
  auto capture = OpenStreamInChild({"file:" + path}, Options(CaptureProgramBesideThis()));
  ASSERT_TRUE(capture.ok()) << capture.error().message;
  int64_t passed_over = 0;
  int seen = 0;
  while (*(*capture)->Grab()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    ++seen;
    passed_over += (*capture)->passed_over();
  }
  EXPECT_EQ(passed_over, 0);
  EXPECT_EQ(seen, 200);
}

TEST(ChildCapture, CountsThePicturesThatNobodyHadRoomFor) {
  const TempDir folder;
  const std::string path = WriteClip(folder.File("clip.avi"), 200);
  auto capture = OpenStreamInChild({"file:" + path}, Options(CaptureProgramBesideThis()));
  ASSERT_TRUE(capture.ok()) << capture.error().message;
  int64_t seen = 0, passed_over = 0;
  Image image;
  while (*(*capture)->Grab()) {
    if (seen == 0) std::this_thread::sleep_for(std::chrono::milliseconds(300));
    ++seen;
    passed_over += (*capture)->passed_over();
    // What is passed over is gone, and what comes is whole: later, never something else.
    ASSERT_TRUE((*capture)->Retrieve(&image).ok());
    EXPECT_EQ(NumberShown(image), (seen + passed_over - 1) % 256);
  }
  EXPECT_LE(seen + passed_over, 200);
}

TEST(ChildCapture, SaysOfEachPictureThatItCameTooSoon) {
  const TempDir folder;
  const std::string path = WriteClip(folder.File("clip.avi"), 30);
  ChildCaptureOptions options = Options(CaptureProgramBesideThis());
  options.waits = true;
  options.max_frame_rate_hz = 0.001;
  auto capture = OpenStreamInChild({"file:" + path}, options);
  ASSERT_TRUE(capture.ok()) << capture.error().message;
  Image image;
  ASSERT_TRUE(*(*capture)->Grab());
  EXPECT_FALSE((*capture)->over_rate());
  ASSERT_TRUE((*capture)->Retrieve(&image).ok());
  EXPECT_EQ(NumberShown(image), 0);
  for (int i = 1; i < 30; ++i) {
    ASSERT_TRUE(*(*capture)->Grab());
    EXPECT_TRUE((*capture)->over_rate());
    EXPECT_EQ((*capture)->time(), std::chrono::milliseconds(100 * i));
    EXPECT_FALSE((*capture)->Retrieve(&image).ok());
  }
  EXPECT_FALSE(*(*capture)->Grab());
}

TEST(ChildCapture, TheChildDoesNotSeeWhatConfiguresItsParent) {
  setenv("HYPNOS_SOURCES__0__STREAM__URL", "rtsp://me:hunter2@host", 1);
  setenv("NOTIFY_SOCKET", "/run/notify", 1);
  const auto grabbed = GrabOf("environment");
  unsetenv("HYPNOS_SOURCES__0__STREAM__URL");
  unsetenv("NOTIFY_SOCKET");
  ASSERT_FALSE(grabbed.ok());
  EXPECT_EQ(grabbed.error().message, "");
}

TEST(ChildCapture, SaysWhatItsLibrarySays) {
  const auto capture = OpenStreamInChild({"http://me:hunter2@127.0.0.1:9/live"},
                                         Options(CaptureProgramBesideThis()));
  ASSERT_FALSE(capture.ok());
  EXPECT_EQ(capture.error().reason, "STREAM_UNAVAILABLE");
  EXPECT_THAT(capture.error().message, Not(HasSubstr("hunter2")));
  const auto camera =
      OpenCameraInChild({.device = "/dev/video77"}, Options(CaptureProgramBesideThis()));
  ASSERT_FALSE(camera.ok());
  EXPECT_EQ(camera.error().code, Code::kNotFound);
}

TEST(ChildCapture, AProgramThatIsNotThereIsNamed) {
  const auto capture =
      OpenStreamInChild({"http://127.0.0.1:9/"}, Options("/nowhere/hypnos-capture"));
  ASSERT_FALSE(capture.ok());
  EXPECT_EQ(capture.error().reason, "NO_CAPTURE_PROGRAM");
  EXPECT_THAT(capture.error().message, HasSubstr("'/nowhere/hypnos-capture'"));
}

TEST(ChildCapture, ACrashIsAnErrorThatNamesTheSignal) {
  auto capture = Open("crash");
  ASSERT_TRUE(capture.ok()) << capture.error().message;
  ASSERT_TRUE(*(*capture)->Grab());
  const auto after = (*capture)->Grab();
  ASSERT_FALSE(after.ok());
  EXPECT_EQ(after.error().reason, "CAPTURE_DIED");
  // With a sanitizer in it, it ends by itself.
  EXPECT_THAT(after.error().message, AnyOf(HasSubstr("signal 11"), HasSubstr("exit code")));
}

TEST(ChildCapture, WhatItSaidBeforeItEndedIsHeard) {
  for (int i = 0; i < 20; ++i) {
    auto capture = Open("end unread");
    ASSERT_TRUE(capture.ok()) << capture.error().message;
    ASSERT_TRUE(*(*capture)->Grab());
    Image image;
    ASSERT_TRUE((*capture)->Retrieve(&image).ok());
    std::this_thread::sleep_for(std::chrono::milliseconds(5));  // it ends meanwhile
    const auto end = (*capture)->Grab();
    ASSERT_TRUE(end.ok()) << end.error().message;
    EXPECT_FALSE(*end);
  }
}

TEST(ChildCapture, InheritsNothingButWhatItNeeds) {
  // Without the flag that closes it in a child, as libraries open theirs.
  const int leaked = dup(STDERR_FILENO);
  const auto grabbed = GrabOf("descriptors");
  close(leaked);
  ASSERT_FALSE(grabbed.ok());
  EXPECT_EQ(grabbed.error().message, "5");
}

TEST(ChildCapture, CannotSpeakForItsParent) {
  const auto grabbed = GrabOf("say silent");
  ASSERT_FALSE(grabbed.ok());
  EXPECT_EQ(grabbed.error().code, Code::kUnavailable);
  EXPECT_EQ(grabbed.error().reason, "CAPTURE_FAILED");
}

TEST(ChildCapture, ADeathBeforeItIsOpenIsAnError) {
  const auto capture = Open("die unopened");
  ASSERT_FALSE(capture.ok());
  EXPECT_EQ(capture.error().reason, "CAPTURE_DIED");
  EXPECT_THAT(capture.error().message, HasSubstr("exit code 5"));
}

TEST(ChildCapture, AProgramOfAnotherBuildIsToldFromACrash) {
  const auto capture = Open("of another build");
  ASSERT_FALSE(capture.ok());
  EXPECT_EQ(capture.error().reason, "CAPTURE_OTHER_BUILD");
  EXPECT_THAT(capture.error().message, HasSubstr("restart hypnosd"));
}

TEST(ChildCapture, SilenceIsToldAndMayEnd) {
  const auto unopened =
      OpenStreamInChild({"hang unopened"}, Options(HYPNOS_FAKE_CAPTURE, kLong, kShort));
  ASSERT_FALSE(unopened.ok());
  EXPECT_EQ(unopened.error().reason, "OPEN_SILENT");
  auto capture = Open("hang", kShort);
  ASSERT_TRUE(capture.ok()) << capture.error().message;
  for (int i = 0; i < 3; ++i) {
    const auto silent = (*capture)->Grab();
    ASSERT_FALSE(silent.ok());
    EXPECT_EQ(silent.error().code, Code::kDeadlineExceeded);
    EXPECT_EQ(silent.error().reason, "SILENT");
  }
}

TEST(ChildCapture, AnInterruptionEndsEveryWait) {
  for (const char* wish : {"hang unopened", "hang"}) {
    const ChildCaptureOptions options = Options(HYPNOS_FAKE_CAPTURE);
    std::thread other([&] {
      std::this_thread::sleep_for(kShort);
      options.interruption->Raise();
    });
    auto capture = OpenStreamInChild({wish}, options);
    const Code code = capture.ok() ? (*capture)->Grab().error().code : capture.error().code;
    EXPECT_EQ(code, Code::kCancelled) << wish;
    other.join();
  }
}

TEST(ChildCapture, BelievesNothingThatCannotBe) {
  for (const char* wish :
       {"no such slot", "too large", "negative", "four channels", "far future"}) {
    const auto grabbed = GrabOf(wish);
    ASSERT_FALSE(grabbed.ok()) << wish;
    EXPECT_EQ(grabbed.error().reason, "CAPTURE_GARBLED") << wish;
  }
}

TEST(ChildCapture, ShowsNothingThatActsOnATerminal) {
  const auto grabbed = GrabOf("escape codes");
  ASSERT_FALSE(grabbed.ok());
  EXPECT_EQ(grabbed.error().code, Code::kUnavailable);
  EXPECT_THAT(grabbed.error().reason + grabbed.error().message, Not(HasSubstr("\x1b")));
}

TEST(ChildCapture, CannotTakeThePicturesAwayFromUnderItsParent) {
  auto capture = Open("shrink");
  ASSERT_TRUE(capture.ok()) << capture.error().message;
  ASSERT_TRUE(*(*capture)->Grab());
  Image image;
  EXPECT_TRUE((*capture)->Retrieve(&image).ok());
}

TEST(ChildCapture, SurvivesNonsense) {
  for (int seed = 0; seed < 150; ++seed) {
    auto capture = Open("nonsense " + std::to_string(seed));
    if (!capture.ok()) continue;
    Image image;
    while (true) {
      const auto grabbed = (*capture)->Grab();
      if (!grabbed.ok() || !*grabbed) break;
      static_cast<void>((*capture)->Retrieve(&image));
    }
  }
}

TEST(ChildCapture, LeavesNeitherProcessNorDescriptorBehind) {
  static_cast<void>(GrabOf("hang", kShort));
  const size_t before = OpenDescriptors();
  for (int i = 0; i < 20; ++i) {
    for (const char* wish : {"hang", "crash", "negative"}) {
      static_cast<void>(GrabOf(wish, kShort));
    }
  }
  EXPECT_EQ(OpenDescriptors(), before);
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1) << "there is a child that was not reaped";
}

TEST(ChildCapture, TellsNobodyWhatItWatches) {
  auto capture = Open("hang");
  ASSERT_TRUE(capture.ok()) << capture.error().message;
  int looked_at = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    std::ifstream file(entry.path() / "cmdline");
    const std::string line{std::istreambuf_iterator<char>(file), {}};
    if (!line.starts_with(HYPNOS_FAKE_CAPTURE)) continue;
    ++looked_at;
    EXPECT_EQ(line, std::string(HYPNOS_FAKE_CAPTURE) + '\0');
  }
  EXPECT_GT(looked_at, 0);
}

}  // namespace
}  // namespace hypnos

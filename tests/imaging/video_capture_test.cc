#include "hypnos/imaging/video_capture.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <vector>

#include "support/clips.h"
#include "support/temp_dir.h"

namespace hypnos {
namespace {

TEST(VideoFile, TellsItsPropertiesAndGivesEveryPictureWithItsTime) {
  const TempDir folder;
  const auto capture = OpenVideoFile(WriteClip(folder.File("clip.avi"), 5));
  ASSERT_TRUE(capture.ok()) << capture.error().message;
  EXPECT_EQ((*capture)->properties().width, 80);
  EXPECT_EQ((*capture)->properties().height, 48);
  EXPECT_EQ((*capture)->properties().frame_rate_hz, 10);
  EXPECT_EQ((*capture)->properties().frame_count, 5);
  Image image;
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(*(*capture)->Grab());
    EXPECT_EQ((*capture)->time(), std::chrono::milliseconds(100 * i));
    ASSERT_TRUE((*capture)->Retrieve(&image).ok());
    EXPECT_EQ(NumberShown(image), i);
  }
  EXPECT_FALSE(*(*capture)->Grab());
}

TEST(VideoFile, TakesTimesFromTheRateWhereTheFileHasNone) {
  const TempDir folder;
  const auto capture = OpenVideoFile(
      WriteMjpeg(folder.File("clip.mjpg"), {NumberedImage(0), NumberedImage(1), NumberedImage(2)}));
  ASSERT_TRUE(capture.ok()) << capture.error().message;
  EXPECT_EQ((*capture)->properties().frame_rate_hz, 25);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(*(*capture)->Grab());
    EXPECT_EQ((*capture)->time(), std::chrono::milliseconds(40 * i));
  }
}

TEST(VideoFile, ShowsPicturesOfAnySizeWhole) {
  const TempDir folder;
  const std::vector<Image> images = {NumberedImage(90), NumberedImage(91, 320, 240),
                                     NumberedImage(92, 64, 96), NumberedImage(93)};
  const auto capture = OpenVideoFile(WriteMjpeg(folder.File("clip.mjpg"), images));
  ASSERT_TRUE(capture.ok()) << capture.error().message;
  Image image;
  for (const Image& expected : images) {
    ASSERT_TRUE(*(*capture)->Grab());
    ASSERT_TRUE((*capture)->Retrieve(&image).ok());
    EXPECT_EQ(image.width(), expected.width());
    EXPECT_EQ(image.height(), expected.height());
    EXPECT_EQ(NumberShown(image), NumberShown(expected));
  }
}

TEST(VideoFile, MayHaveAnyName) {
  const TempDir folder;
  const auto capture = OpenVideoFile(WriteClip(folder.File("12:30, 50 % #1.avi"), 2));
  ASSERT_TRUE(capture.ok()) << "a colon is no protocol";
  EXPECT_TRUE(*(*capture)->Grab());
}

TEST(VideoFile, WritesIntoAnImageOfTheRightSize) {
  const TempDir folder;
  const auto capture = OpenVideoFile(WriteClip(folder.File("clip.avi"), 2));
  ASSERT_TRUE(capture.ok());
  Image image(80, 48, 3);
  const uint8_t* storage = image.bytes().data();
  ASSERT_TRUE(*(*capture)->Grab());
  ASSERT_TRUE((*capture)->Retrieve(&image).ok());
  EXPECT_EQ(image.bytes().data(), storage);
}

// Opens and expects an error, and that nobody but us says a word.
Error ErrorOf(const std::string& path) {
  testing::internal::CaptureStderr();
  const auto capture = OpenVideoFile(path);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "") << "libraries must not print";
  EXPECT_FALSE(capture.ok()) << path;
  return capture.ok() ? Error{} : capture.error();
}

void ExpectNotAVideo(const std::string& path, const std::string& why) {
  const Error error = ErrorOf(path);
  EXPECT_EQ(error.code, Code::kInvalidArgument);
  EXPECT_EQ(error.reason, "NOT_A_VIDEO");
  EXPECT_EQ(error.message, "file '" + path + "' is no video that can be read here: " + why);
}

TEST(VideoFile, MissingIsNotFound) {
  const Error error = ErrorOf("/nowhere/clip.mp4");
  EXPECT_EQ(error.code, Code::kNotFound);
  EXPECT_EQ(error.message, "file '/nowhere/clip.mp4' does not exist");
}

TEST(VideoFile, AWebPageIsNoVideo) {
  const TempDir folder;
  ExpectNotAVideo(WriteBytes(folder.File("a.mp4"), "\n<!DOCTYPE HTML><html>404</html>"),
                  "it is a web page");
}

TEST(VideoFile, AnEmptyFileIsNoVideo) {
  const TempDir folder;
  ExpectNotAVideo(WriteBytes(folder.File("a.mp4"), ""), "it is empty");
}

TEST(VideoFile, ADirectoryIsNoVideo) {
  const TempDir folder;
  ExpectNotAVideo(folder.path(),
                  "it is a directory; a folder of images is a source of its own kind");
}

TEST(VideoFile, APipeIsNoVideoAndIsNotWaitedFor) {
  const TempDir folder;
  const std::string path = folder.File("a.avi");
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  ExpectNotAVideo(path, "it is no regular file, but a pipe, a socket or the like");
}

TEST(VideoFile, ADeviceIsNoVideo) {
  ExpectNotAVideo("/dev/null", "it is a device; a camera is a source of its own kind");
}

TEST(VideoFile, NoiseAndADamagedHeaderAreNoVideo) {
  const TempDir folder;
  std::string noise;
  for (unsigned i = 0; i < 5000; ++i) noise.push_back(static_cast<char>(i * 2654435761u >> 13));
  ExpectNotAVideo(WriteBytes(folder.File("noise.avi"), noise),
                  "its format is unknown, or it is damaged");
  const std::string clip = WriteClip(folder.File("clip.avi"), 5);
  CutFile(clip, 0.01);
  ExpectNotAVideo(clip, "its format is unknown, or it is damaged");
}

TEST(VideoFile, AnUnreadableOneIsPermissionDenied) {
  if (geteuid() == 0) GTEST_SKIP() << "root may read everything";
  const TempDir folder;
  const std::string path = WriteClip(folder.File("clip.avi"), 1);
  ASSERT_EQ(chmod(path.c_str(), 0), 0);
  EXPECT_EQ(ErrorOf(path).code, Code::kPermissionDenied);
}

TEST(Camera, MissingIsNotFoundInAClearSentence) {
  const auto camera = OpenCamera({.device = "63"});
  ASSERT_FALSE(camera.ok());
  EXPECT_EQ(camera.error().code, Code::kNotFound);
  EXPECT_EQ(camera.error().reason, "NO_CAMERA");
  EXPECT_EQ(camera.error().message, "there is no camera '/dev/video63'; is it plugged in?");
}

TEST(Camera, WhatIsNoCameraIsUnavailable) {
  testing::internal::CaptureStderr();
  const auto camera = OpenCamera({.device = "/dev/null"});
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  ASSERT_FALSE(camera.ok());
  EXPECT_EQ(camera.error().code, Code::kUnavailable);
}

TEST(Stream, UnreachableIsUnavailableAndTheUrlIsNotRepeated) {
  testing::internal::CaptureStderr();
  const auto stream =
      OpenStream({"http://user:hunter2@127.0.0.1:9/stream"}, std::chrono::seconds(10));
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  ASSERT_FALSE(stream.ok());
  EXPECT_EQ(stream.error().code, Code::kUnavailable);
  EXPECT_EQ(stream.error().message.find("hunter2"), std::string::npos);
}

TEST(VideoWriter, SaysWhereItCannotWrite) {
  const auto writer = CreateVideo("/nowhere/clip.avi", 16, 16, 10);
  ASSERT_FALSE(writer.ok());
  EXPECT_EQ(writer.error().code, Code::kUnavailable);
  EXPECT_NE(writer.error().message.find("/nowhere/clip.avi"), std::string::npos);
}

}  // namespace
}  // namespace hypnos

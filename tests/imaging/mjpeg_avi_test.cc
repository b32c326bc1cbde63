#include "hypnos/imaging/mjpeg_avi.h"

#include <gtest/gtest.h>

#include <vector>

#include "hypnos/base/file_system.h"
#include "hypnos/imaging/codecs.h"
#include "hypnos/imaging/video_capture.h"
#include "support/temp_dir.h"

namespace hypnos {
namespace {

// Each of another brightness.
std::string JpegOf(int brightness) {
  Image image(30, 20, 1);
  for (uint8_t& byte : image.bytes()) byte = static_cast<uint8_t>(brightness);
  const std::vector<uint8_t> jpeg = EncodeJpeg(image);
  return {jpeg.begin(), jpeg.end()};
}

TEST(MjpegAvi, IsReadAsWhatWasPutIn) {
  std::vector<std::string> jpegs;
  jpegs.reserve(7);
  for (int i = 0; i < 7; ++i) jpegs.push_back(JpegOf(30 * i));
  const std::vector<std::string_view> views(jpegs.begin(), jpegs.end());
  const TempDir folder;
  const std::string path = folder.File("clip.avi");
  PosixFileSystem files;
  const auto file = files.CreateFile(path);
  ASSERT_TRUE(file.ok());
  ASSERT_TRUE((*file)->Append(MjpegAvi(views, 30, 20, 7.5)).ok());
  ASSERT_TRUE((*file)->Close().ok());
  auto capture = OpenVideoFile(path);
  ASSERT_TRUE(capture.ok()) << capture.error().message;
  EXPECT_EQ((*capture)->properties().width, 30);
  EXPECT_EQ((*capture)->properties().height, 20);
  EXPECT_NEAR((*capture)->properties().frame_rate_hz, 7.5, 0.01);
  EXPECT_EQ((*capture)->properties().frame_count, 7);
}

TEST(MjpegAvi, LengthsAreThoseOfWhatFollows) {
  const std::string jpeg = JpegOf(100);
  const std::vector<std::string_view> one = {jpeg};
  const std::string avi = MjpegAvi(one, 30, 20, 5);
  const auto length = [&](size_t at) {
    uint32_t value = 0;
    for (size_t i = 0; i < 4; ++i) {
      value |= static_cast<uint32_t>(static_cast<uint8_t>(avi[at + i])) << (8 * i);
    }
    return value;
  };
  EXPECT_EQ(avi.substr(0, 4), "RIFF");
  EXPECT_EQ(length(4) + 8, avi.size());
  const size_t movie = avi.find("movi");
  ASSERT_NE(movie, std::string::npos);
  EXPECT_EQ(avi.substr(movie + 4, 4), "00dc");
  EXPECT_EQ(length(movie + 8), jpeg.size());
  EXPECT_EQ(avi.substr(movie + 12, jpeg.size()), jpeg);
}

}  // namespace
}  // namespace hypnos

#include "imaging/camera_settings.h"

#include <gtest/gtest.h>

#include <opencv2/videoio.hpp>

namespace hypnos {
namespace {

TEST(CameraSettings, NothingIsAskedOfADeviceThatMayChoose) {
  EXPECT_TRUE(CameraSettings({}).empty());
}

TEST(CameraSettings, TheFormatComesBeforeTheSizeAndTheSizeBeforeTheRate) {
  const auto settings = CameraSettings({.width = 1280,
                                        .height = 720,
                                        .frame_rate_hz = 30,
                                        .pixel_format = "MJPG",
                                        .exposure_milliseconds = 12.5});
  const std::vector<CameraSetting> expected = {
      {cv::CAP_PROP_FOURCC, 0x47504a4d},  // "MJPG", the first letter lowest
      {cv::CAP_PROP_FRAME_WIDTH, 1280},  {cv::CAP_PROP_FRAME_HEIGHT, 720}, {cv::CAP_PROP_FPS, 30},
      {cv::CAP_PROP_AUTO_EXPOSURE, 1},  // V4L2_EXPOSURE_MANUAL
      {cv::CAP_PROP_EXPOSURE, 125}};    // in tenths of a millisecond
  EXPECT_EQ(settings, expected);
}

TEST(CameraSettings, APixelFormatHasFourCharacters) {
  const auto camera = OpenCamera({.device = "/dev/video77", .pixel_format = "MJPEG"});
  ASSERT_FALSE(camera.ok());
  EXPECT_EQ(camera.error().reason, "BAD_OPTION");
}

}  // namespace
}  // namespace hypnos

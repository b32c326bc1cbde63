#include "imaging/camera_settings.h"

#include <opencv2/videoio.hpp>

#include "hypnos/base/check.h"

namespace hypnos {
namespace {

// V4L2_EXPOSURE_MANUAL.
constexpr double kManual = 1;
// V4L2_CID_EXPOSURE_ABSOLUTE counts tenths of a millisecond.
constexpr double kExposuresPerMillisecond = 10;

}  // namespace

std::vector<CameraSetting> CameraSettings(const CameraRequest& request) {
  std::vector<CameraSetting> settings;
  const auto ask = [&settings](int property, double value) {
    if (value > 0) settings.push_back({property, value});
  };
  if (const std::string& format = request.pixel_format; !format.empty()) {
    HYPNOS_CHECK(format.size() == 4);
    ask(cv::CAP_PROP_FOURCC, cv::VideoWriter::fourcc(format[0], format[1], format[2], format[3]));
  }
  ask(cv::CAP_PROP_FRAME_WIDTH, request.width);
  ask(cv::CAP_PROP_FRAME_HEIGHT, request.height);
  ask(cv::CAP_PROP_FPS, request.frame_rate_hz);
  if (request.exposure_milliseconds > 0) {
    ask(cv::CAP_PROP_AUTO_EXPOSURE, kManual);
    ask(cv::CAP_PROP_EXPOSURE, request.exposure_milliseconds * kExposuresPerMillisecond);
  }
  return settings;
}

}  // namespace hypnos

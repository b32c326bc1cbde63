// What is asked of a camera, in OpenCV's properties and in the order in which its driver wants
// them: sizes depend on the format, and rates on the size. Threads: safe.
#pragma once

#include <vector>

#include "hypnos/imaging/video_capture.h"

namespace hypnos {

struct CameraSetting {
  int property;  // cv::VideoCaptureProperties
  double value;
  bool operator==(const CameraSetting&) const = default;
};

// Only what the request names. Precondition: its pixel format is empty or has four characters.
std::vector<CameraSetting> CameraSettings(const CameraRequest& request);

}  // namespace hypnos

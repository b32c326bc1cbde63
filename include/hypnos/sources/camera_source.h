// A camera of this machine (Video4Linux).
#pragma once

#include <memory>
#include <string>

#include "hypnos/base/result.h"
#include "hypnos/sources/live_options.h"
#include "hypnos/sources/source.h"
#include "hypnos/sources/source_identity.h"

namespace hypnos {

struct CameraSourceOptions {
  std::string device = "0";  // index or path
  // Asked of the device; 0 leaves the device's own choice.
  int width = 0;
  int height = 0;
  double frame_rate_hz = 0;
  LiveOptions live = {};
  // See CameraRequest.
  std::string pixel_format = "";
  double exposure_milliseconds = 0;
};

// Where it is not to be reconnected to: errors kNotFound, kPermissionDenied, kUnavailable; of Next:
// kUnavailable, reason CAMERA_LOST.
Result<std::unique_ptr<Source>> OpenCameraSource(const SourceIdentity& identity,
                                                 const CameraSourceOptions& options);

}  // namespace hypnos

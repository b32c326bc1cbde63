#include "hypnos/sources/camera_source.h"

#include "hypnos/base/format.h"
#include "hypnos/imaging/child_capture.h"
#include "sources/named_error.h"
#include "sources/open_live.h"

namespace hypnos {

Result<std::unique_ptr<Source>> OpenCameraSource(const SourceIdentity& identity,
                                                 const CameraSourceOptions& options) {
  const CameraRequest request = {.device = options.device,
                                 .width = options.width,
                                 .height = options.height,
                                 .frame_rate_hz = options.frame_rate_hz,
                                 .pixel_format = options.pixel_format,
                                 .exposure_milliseconds = options.exposure_milliseconds};
  auto source = OpenLive(
      identity,
      {.description = Format("camera '{}'", options.device), .lost_reason = "CAMERA_LOST"},
      options.live,
      [request](const ChildCaptureOptions& child) { return OpenCameraInChild(request, child); });
  if (source.ok()) return source;
  return InSource(identity, source.error());
}

}  // namespace hypnos

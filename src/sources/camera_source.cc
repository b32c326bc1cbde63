#include "hypnos/sources/camera_source.h"

#include <utility>

#include "hypnos/imaging/video_capture.h"
#include "sources/live_source.h"

namespace hypnos {

Result<std::unique_ptr<Source>> OpenCameraSource(const SourceIdentity& identity,
                                                 const CameraSourceOptions& options) {
  auto capture = OpenCamera({.device = options.device,
                             .width = options.width,
                             .height = options.height,
                             .frame_rate_hz = options.frame_rate_hz});
  if (!capture.ok()) return InSource(identity, capture.error());
  const LiveSourceText text{.description = Format("camera '{}'", options.device),
                            .lost_reason = "CAMERA_LOST"};
  return std::unique_ptr<Source>(std::make_unique<LiveSource>(identity, text, *std::move(capture)));
}

}  // namespace hypnos

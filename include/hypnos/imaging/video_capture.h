// Reads video: a file, a camera or a network stream, picture by picture, forwards only.
// Threads: thread-compatible; the pictures of one capture are read by one thread.
// Errors speak of the path or device, never of a URL, which may hold a password; whoever owns the
// source adds its name. OpenCV's and FFmpeg's own messages are silenced for the whole process,
// unless OPENCV_LOG_LEVEL and OPENCV_FFMPEG_LOGLEVEL ask for them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "hypnos/base/clock.h"
#include "hypnos/base/result.h"
#include "hypnos/imaging/image.h"

namespace hypnos {

// What the container or device says of itself, which need not be true; 0: it does not say.
struct VideoProperties {
  int width = 0;
  int height = 0;
  double frame_rate_hz = 0;
  int64_t frame_count = 0;
};

class VideoCapture {
 public:
  virtual ~VideoCapture() = default;

  virtual const VideoProperties& properties() const = 0;

  // Moves on to the next picture, also a damaged one; blocks until there is one. False: there are
  // no more. Errors: kUnavailable where the library gave up.
  virtual Result<bool> Grab() = 0;

  // The picture grabbed last, grey or BGR, of whatever size it has. The storage of *image is used
  // again where the size fits. Errors: kDataLoss where this picture is damaged; the next one need
  // not be.
  virtual Status Retrieve(Image* image) = 0;

  // The container's own time of the picture grabbed last; nothing where it has no clock.
  virtual std::optional<Duration> time() const = 0;

  // Pictures that were left out just before the one grabbed last, or before the end, since nobody
  // had room for them. At the end, time() is that of the last of these.
  virtual int64_t passed_over() const { return 0; }
};

// Errors: kNotFound, kPermissionDenied; kInvalidArgument with reason NOT_A_VIDEO for what FFmpeg
// cannot read: an empty file, a directory, a pipe, a device, a web page, an unknown or damaged
// container.
Result<std::unique_ptr<VideoCapture>> OpenVideoFile(const std::string& path);

struct CameraRequest {
  std::string device = "0";  // index or path
  // Asked of the device; 0 leaves the device's own choice.
  int width = 0;
  int height = 0;
  double frame_rate_hz = 0;
};

// Errors: kNotFound, kPermissionDenied; kUnavailable where something is there but no camera that
// can be opened, for instance because another program has it.
Result<std::unique_ptr<VideoCapture>> OpenCamera(const CameraRequest& request);

// Opening and reading give up after so much silence; zero: never. Errors: kUnavailable.
Result<std::unique_ptr<VideoCapture>> OpenStream(const std::string& url, Duration patience);

}  // namespace hypnos

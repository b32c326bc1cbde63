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

  // Whether the picture grabbed last was decoded from damaged data, or leans on one that was: parts
  // of it are made up. False also where a library does not say.
  virtual bool concealed() const { return false; }

  // The container's own time of the picture grabbed last; nothing where it has no clock.
  virtual std::optional<Duration> time() const = 0;

  // When the picture grabbed last was, by SystemClock; nothing: just now.
  virtual std::optional<Instant> grabbed_at() const { return std::nullopt; }

  // Pictures that were left out just before the one grabbed last, or before the end, since nobody
  // had room for them. At the end, time() is that of the last of these.
  virtual int64_t passed_over() const { return 0; }

  // Whether the picture grabbed last came sooner than is wanted: there is nothing to retrieve.
  virtual bool over_rate() const { return false; }
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
  // The four characters of V4L2, such as MJPG; empty leaves it to the device.
  std::string pixel_format = "";
  // 0: the device finds out by itself.
  double exposure_milliseconds = 0;
};

// Errors: kInvalidArgument, reason BAD_OPTION, for a pixel format that has not four characters;
// kNotFound, kPermissionDenied; kUnavailable where something is there but no camera that
// can be opened, for instance because another program has it.
Result<std::unique_ptr<VideoCapture>> OpenCamera(const CameraRequest& request);

// Of RTSP.
enum class StreamTransport : uint32_t {
  kAuto,  // over TCP; where that is not offered, over UDP
  kTcp,
  kUdp,
};

struct StreamRequest {
  std::string url;
  StreamTransport transport = StreamTransport::kAuto;
};

// Opening and reading give up after so much silence; zero: never. Errors: kUnavailable;
// kPermissionDenied, reason LOGIN_REFUSED, where a user and a password are wanted, or others.
Result<std::unique_ptr<VideoCapture>> OpenStream(const StreamRequest& request, Duration patience);

}  // namespace hypnos

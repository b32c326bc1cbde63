#include "hypnos/imaging/video_capture.h"

#include <algorithm>
#include <cmath>
#include <opencv2/videoio.hpp>

#include "imaging/camera_settings.h"
#include "imaging/ffmpeg_capture.h"
#include "imaging/opencv_support.h"
#include "imaging/video_path.h"

namespace hypnos {
namespace {

// What a Duration can hold.
constexpr double kLongestMilliseconds = 9e12;

// Devices that know no answer give negative numbers, not-a-number or absurdly large ones.
double Sane(double value, double largest) {
  return value > 0 && value <= largest ? value : 0;  // false for not-a-number
}

VideoProperties PropertiesOf(const cv::VideoCapture& capture) {
  const auto ask = [&capture](int property, double largest) {
    return Sane(capture.get(property), largest);
  };
  return {.width = static_cast<int>(ask(cv::CAP_PROP_FRAME_WIDTH, 1 << 14)),
          .height = static_cast<int>(ask(cv::CAP_PROP_FRAME_HEIGHT, 1 << 14)),
          .frame_rate_hz = ask(cv::CAP_PROP_FPS, 10'000),
          .frame_count = std::llround(ask(cv::CAP_PROP_FRAME_COUNT, 1e15))};
}

class CameraCapture final : public VideoCapture {
 public:
  // False: the library does not want it.
  Result<bool> Open(const std::string& path) {
    return Translated(Code::kUnavailable, "OPEN_FAILED", [&]() -> Result<bool> {
      if (!capture_.open(path, cv::CAP_V4L2)) return false;
      properties_ = PropertiesOf(capture_);
      return true;
    });
  }

  // Devices take what they can and ignore the rest.
  void Ask(const CameraRequest& request) {
    for (const CameraSetting& setting : CameraSettings(request)) {
      capture_.set(setting.property, setting.value);
    }
    properties_ = PropertiesOf(capture_);
  }

  const VideoProperties& properties() const override { return properties_; }

  Result<bool> Grab() override {
    return Translated(Code::kUnavailable, "GRAB_FAILED", [this]() -> Result<bool> {
      if (!capture_.grab()) return false;
      KeepTime();
      return true;
    });
  }

  Status Retrieve(Image* image) override {
    return Translated(Code::kDataLoss, "PICTURE_DAMAGED", [this, image]() -> Status {
      // The library writes straight into the image if that has the right size already.
      if (image->empty()) *image = LikelyImage();
      cv::Mat mat = image->empty() ? cv::Mat() : AsMat(*image);
      if (!capture_.retrieve(mat) || mat.empty()) {
        return Error{Code::kDataLoss, "PICTURE_DAMAGED", "the picture cannot be decoded"};
      }
      if (mat.data != image->bytes().data()) CopyFromMat(mat, image);
      return {};
    });
  }

  std::optional<Duration> time() const override { return time_; }

 private:
  Image LikelyImage() const {
    if (properties_.width == 0 || properties_.height == 0) return {};
    return Image(properties_.width, properties_.height, 3);
  }

  void KeepTime() {
    const double milliseconds = capture_.get(cv::CAP_PROP_POS_MSEC);
    // Zero is the first picture's time, and afterwards how OpenCV says that there is none. It also
    // takes FFmpeg's mark for "none" as a time: some millions of years ago.
    const bool possible = std::abs(milliseconds) < kLongestMilliseconds;  // false for not-a-number
    const bool known = possible && (milliseconds != 0 || first_);
    time_ = known ? std::optional(Duration(std::llround(milliseconds * 1e6))) : std::nullopt;
    first_ = false;
  }

  cv::VideoCapture capture_;
  VideoProperties properties_;
  std::optional<Duration> time_;
  bool first_ = true;
};

bool IsIndex(const std::string& device) {
  return !device.empty() &&
         std::ranges::all_of(device, [](char c) { return c >= '0' && c <= '9'; });
}

Status CheckCamera(const std::string& path) {
  Status readable = CheckReadable("camera", path);
  if (readable.ok() || readable.error().code != Code::kNotFound) return readable;
  return Error{Code::kNotFound, "NO_CAMERA",
               Format("there is no camera '{}'; is it plugged in?", path)};
}

}  // namespace

Result<std::unique_ptr<VideoCapture>> OpenVideoFile(const std::string& path) {
  HYPNOS_RETURN_IF_ERROR(CheckVideoFile(path));
  auto capture = OpenWithFfmpeg({.url = "file:" + path}, Duration::zero());
  if (!capture.ok()) return NotAVideo(path);
  return capture;
}

Result<std::unique_ptr<VideoCapture>> OpenCamera(const CameraRequest& request) {
  if (!request.pixel_format.empty() && request.pixel_format.size() != 4) {
    return Error{Code::kInvalidArgument, "BAD_OPTION", "a pixel_format has four characters"};
  }
  const std::string path = IsIndex(request.device) ? "/dev/video" + request.device : request.device;
  HYPNOS_RETURN_IF_ERROR(CheckCamera(path));
  auto capture = std::make_unique<CameraCapture>();
  HYPNOS_ASSIGN_OR_RETURN(const bool opened, capture->Open(path));
  if (!opened) {
    return Error{
        Code::kUnavailable, "CAMERA_UNAVAILABLE",
        Format("'{}' cannot be opened as a camera: it is none, or another program has it", path)};
  }
  capture->Ask(request);
  return std::unique_ptr<VideoCapture>(std::move(capture));
}

Result<std::unique_ptr<VideoCapture>> OpenStream(const StreamRequest& request, Duration patience) {
  auto capture = OpenWithFfmpeg(request, patience);
  if (capture.ok()) return capture;
  if (capture.error().reason == "LOGIN_REFUSED") {
    return Error{Code::kPermissionDenied, "LOGIN_REFUSED",
                 "refuses the login: it wants a user and a password, or other ones; see "
                 "stream.credentials_file"};
  }
  // What the library says on failure may contain the URL, and with it a password.
  return Error{Code::kUnavailable, "STREAM_UNAVAILABLE",
               "cannot be opened: not reachable, refused, or no video that can be read here"};
}

}  // namespace hypnos

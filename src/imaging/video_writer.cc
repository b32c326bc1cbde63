#include "hypnos/imaging/video_writer.h"

#include <opencv2/videoio.hpp>

#include "hypnos/imaging/transform.h"
#include "imaging/opencv_support.h"

namespace hypnos {
namespace {

constexpr char kCannotWrite[] = "CANNOT_WRITE_VIDEO";

class AviWriter final : public VideoWriter {
 public:
  AviWriter(std::string path, cv::Size size) : path_(std::move(path)), size_(size) {}

  Status Open(double frame_rate_hz) {
    return Translated(Code::kUnavailable, kCannotWrite, [this, frame_rate_hz]() -> Status {
      if (writer_.open(path_, cv::CAP_OPENCV_MJPEG, cv::VideoWriter::fourcc('M', 'J', 'P', 'G'),
                       frame_rate_hz, size_)) {
        return {};
      }
      return Error{Code::kUnavailable, kCannotWrite, Format("cannot write video '{}'", path_)};
    });
  }

  Status Write(const Image& image) override {
    HYPNOS_CHECK(image.width() == size_.width && image.height() == size_.height);
    return Translated(Code::kUnavailable, kCannotWrite, [this, &image]() -> Status {
      ToBgr(image, &bgr_);
      writer_.write(AsMat(bgr_));
      return {};
    });
  }

 private:
  const std::string path_;
  const cv::Size size_;
  cv::VideoWriter writer_;
  Image bgr_;
};

}  // namespace

Result<std::unique_ptr<VideoWriter>> CreateVideo(const std::string& path, int width, int height,
                                                 double frame_rate_hz) {
  auto writer = std::make_unique<AviWriter>(path, cv::Size(width, height));
  HYPNOS_RETURN_IF_ERROR(writer->Open(frame_rate_hz));
  return std::unique_ptr<VideoWriter>(std::move(writer));
}

}  // namespace hypnos

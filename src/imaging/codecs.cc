#include "hypnos/imaging/codecs.h"

#include <iostream>
#include <opencv2/imgcodecs.hpp>
#include <streambuf>

#include "imaging/cut_off.h"
#include "imaging/opencv_support.h"

namespace hypnos {
namespace {

constexpr char kNotAnImage[] = "NOT_AN_IMAGE";

std::vector<uint8_t> Encode(const Image& image, const char* extension,
                            const std::vector<int>& parameters) {
  HYPNOS_CHECK(!image.empty());
  std::vector<uint8_t> bytes;
  HYPNOS_CHECK(cv::imencode(extension, AsMat(image), bytes, parameters));
  return bytes;
}

// OpenCV's readers catch what they throw and print it to std::cerr, to which nothing else writes
// by then.
class SilentCerr {
 public:
  SilentCerr() : buffer_(std::cerr.rdbuf(nullptr)) {}
  ~SilentCerr() { std::cerr.rdbuf(buffer_); }
  SilentCerr(const SilentCerr&) = delete;
  SilentCerr& operator=(const SilentCerr&) = delete;

 private:
  std::streambuf* buffer_;
};

}  // namespace

Result<Image> DecodeImage(std::span<const uint8_t> bytes) {
  if (bytes.empty()) return Error{Code::kInvalidArgument, kNotAnImage, "the file is empty"};
  if (IsCutOff(bytes)) return Error{Code::kInvalidArgument, kNotAnImage, "the file is cut off"};
  return Translated(Code::kInvalidArgument, kNotAnImage, [bytes]() -> Result<Image> {
    const SilentCerr silent;
    const cv::_InputArray input(bytes.data(), static_cast<int>(bytes.size()));
    const cv::Mat mat = cv::imdecode(input, cv::IMREAD_COLOR);
    if (mat.empty()) {
      return Error{Code::kInvalidArgument, kNotAnImage,
                   "neither PNG, JPEG nor another known image format, or damaged"};
    }
    Image image;
    CopyFromMat(mat, &image);
    return image;
  });
}

std::vector<uint8_t> EncodePng(const Image& image) { return Encode(image, ".png", {}); }

std::vector<uint8_t> EncodeJpeg(const Image& image, int quality) {
  return Encode(image, ".jpg", {cv::IMWRITE_JPEG_QUALITY, quality});
}

}  // namespace hypnos

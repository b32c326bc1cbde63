#include "imaging/opencv_support.h"

#include <cstdlib>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgproc.hpp>

namespace hypnos {
namespace {

// Runs before main, while there is one thread: setenv is not safe later. Variables that the user
// has set are left alone, so that the libraries can still be asked to talk.
[[maybe_unused]] const bool prepared = [] {
  // Optical flow cuts the picture into one stripe a thread, and the stripes show in the result.
  cv::setNumThreads(1);
  if (std::getenv("OPENCV_LOG_LEVEL") == nullptr) {
    cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
  }
  return true;
}();

// The default handler prints; the exception says it all.
[[maybe_unused]] const bool quiet = [] {
  cv::redirectError([](int, const char*, const char*, const char*, int, void*) { return 0; });
  return true;
}();

cv::Mat ToEightBits(const cv::Mat& mat) {
  if (mat.depth() == CV_8U) return mat;
  cv::Mat bytes;
  const bool fractions = mat.depth() == CV_32F || mat.depth() == CV_64F;
  mat.convertTo(bytes, CV_8U, fractions ? 255.0 : 1.0 / 257.0);
  return bytes;
}

}  // namespace

cv::Mat AsMat(Image& image) {
  return cv::Mat(image.height(), image.width(), CV_8UC(image.channels()), image.bytes().data());
}

const cv::Mat AsMat(const Image& image) { return AsMat(const_cast<Image&>(image)); }

void Reshape(int width, int height, int channels, Image* image) {
  // An image that was moved from still has a size.
  const bool fits = !image->empty() && image->width() == width && image->height() == height &&
                    image->channels() == channels;
  if (fits) return;
  *image = Image(width, height, channels);
}

void CopyFromMat(const cv::Mat& mat, Image* image) {
  const cv::Mat bytes = ToEightBits(mat);
  Reshape(bytes.cols, bytes.rows, bytes.channels() == 1 ? 1 : 3, image);
  cv::Mat to = AsMat(*image);
  if (bytes.channels() == 4) {
    cv::cvtColor(bytes, to, cv::COLOR_BGRA2BGR);
  } else {
    bytes.copyTo(to);
  }
}

}  // namespace hypnos

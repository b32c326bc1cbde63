#include "hypnos/imaging/transform.h"

#include <algorithm>
#include <opencv2/imgproc.hpp>

#include "imaging/opencv_support.h"

namespace hypnos {
namespace {

void Convert(const Image& from, int channels, int conversion, Image* to) {
  HYPNOS_CHECK(!from.empty() && &from != to);
  Reshape(from.width(), from.height(), channels, to);
  if (from.channels() == channels) {
    std::ranges::copy(from.bytes(), to->bytes().begin());
    return;
  }
  cv::Mat target = AsMat(*to);
  cv::cvtColor(AsMat(from), target, conversion);
}

}  // namespace

void Resize(const Image& from, int width, int height, Image* to) {
  HYPNOS_CHECK(!from.empty() && &from != to);
  Reshape(width, height, from.channels(), to);
  const bool smaller = width < from.width() || height < from.height();
  cv::Mat target = AsMat(*to);
  cv::resize(AsMat(from), target, target.size(), 0, 0, smaller ? cv::INTER_AREA : cv::INTER_LINEAR);
}

void ToGrey(const Image& from, Image* to) { Convert(from, 1, cv::COLOR_BGR2GRAY, to); }

void ToBgr(const Image& from, Image* to) { Convert(from, 3, cv::COLOR_GRAY2BGR, to); }

}  // namespace hypnos

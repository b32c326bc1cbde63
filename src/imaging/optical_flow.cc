#include "hypnos/imaging/optical_flow.h"

#include <algorithm>
#include <opencv2/imgproc.hpp>
#include <opencv2/video/tracking.hpp>

#include "imaging/opencv_support.h"

namespace hypnos {
namespace {

// The search needs a patch of 8 pixels on two scales; smaller pictures get wider borders.
constexpr int kSmallestSide = 16;

cv::Mat Bordered(const Image& image) {
  const int right = std::max(0, kSmallestSide - image.width());
  const int below = std::max(0, kSmallestSide - image.height());
  if (right == 0 && below == 0) return AsMat(image);
  cv::Mat bordered;
  cv::copyMakeBorder(AsMat(image), bordered, 0, below, 0, right, cv::BORDER_REPLICATE);
  return bordered;
}

}  // namespace

struct OpticalFlow::Impl {
  cv::Ptr<cv::DISOpticalFlow> search = cv::DISOpticalFlow::create(cv::DISOpticalFlow::PRESET_FAST);
};

OpticalFlow::OpticalFlow() : impl_(std::make_unique<Impl>()) {}
OpticalFlow::~OpticalFlow() = default;
OpticalFlow::OpticalFlow(OpticalFlow&&) noexcept = default;
OpticalFlow& OpticalFlow::operator=(OpticalFlow&&) noexcept = default;

void OpticalFlow::Compute(const Image& before, const Image& after, std::span<float> right,
                          std::span<float> down) {
  HYPNOS_CHECK(before.channels() == 1 && after.channels() == 1);
  HYPNOS_CHECK(before.width() == after.width() && before.height() == after.height());
  HYPNOS_CHECK(right.size() == before.bytes().size() && down.size() == right.size());
  // Fresh each time: what stands in it would be taken for a first guess.
  cv::Mat flow;
  impl_->search->calc(Bordered(before), Bordered(after), flow);
  size_t pixel = 0;
  for (int y = 0; y < before.height(); ++y) {
    const auto* row = flow.ptr<cv::Vec2f>(y);
    for (int x = 0; x < before.width(); ++x, ++pixel) {
      right[pixel] = row[x][0];
      down[pixel] = row[x][1];
    }
  }
}

}  // namespace hypnos

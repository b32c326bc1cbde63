#include "hypnos/imaging/drawing.h"

#include <algorithm>
#include <opencv2/imgproc.hpp>

#include "imaging/opencv_support.h"

namespace hypnos {
namespace {

uint8_t Brightness(Bgr colour) {
  return static_cast<uint8_t>((114 * colour.blue + 587 * colour.green + 299 * colour.red) / 1000);
}

// Black through red and yellow to white.
cv::Vec3f Glow(float heat) {
  const float scaled = 3 * std::clamp(heat, 0.0f, 1.0f);
  const auto channel = [scaled](float start) {
    return 255 * std::clamp(scaled - start, 0.0f, 1.0f);
  };
  return {channel(2), channel(1), channel(0)};
}

}  // namespace

void DrawRectangle(const Rectangle& rectangle, Bgr colour, int thickness, Image* image) {
  HYPNOS_CHECK(thickness > 0);
  const cv::Scalar ink = image->channels() == 1 ? cv::Scalar(Brightness(colour))
                                                : cv::Scalar(colour.blue, colour.green, colour.red);
  cv::Mat canvas = AsMat(*image);
  // One outline inside the other: OpenCV centres thick lines on the edge and rounds the corners.
  for (int inset = 0; inset < thickness; ++inset) {
    const cv::Rect outline(rectangle.x + inset, rectangle.y + inset, rectangle.width - 2 * inset,
                           rectangle.height - 2 * inset);
    if (outline.width > 0 && outline.height > 0) cv::rectangle(canvas, outline, ink);
  }
}

void OverlayHeat(std::span<const float> heat, int width, int height, Image* image) {
  HYPNOS_CHECK(width > 0 && height > 0 && image->channels() == 3);
  HYPNOS_CHECK(heat.size() == static_cast<size_t>(width) * static_cast<size_t>(height));
  const cv::Mat map(height, width, CV_32F, const_cast<float*>(heat.data()));
  cv::Mat canvas = AsMat(*image);
  cv::Mat large;
  cv::resize(map, large, canvas.size(), 0, 0, cv::INTER_LINEAR);
  for (int y = 0; y < canvas.rows; ++y) {
    const auto* warmth = large.ptr<float>(y);
    auto* pixels = canvas.ptr<cv::Vec3b>(y);
    for (int x = 0; x < canvas.cols; ++x) {
      const float opacity = std::clamp(warmth[x], 0.0f, 1.0f);
      const cv::Vec3f glow = Glow(warmth[x]);
      for (int channel = 0; channel < 3; ++channel) {
        const float below = pixels[x][channel];
        pixels[x][channel] = cv::saturate_cast<uint8_t>(below + opacity * (glow[channel] - below));
      }
    }
  }
}

}  // namespace hypnos

// What every file that calls OpenCV needs. Linking it also makes OpenCV silent and
// single-threaded, before main.
#pragma once

#include <exception>
#include <opencv2/core.hpp>
#include <string>

#include "hypnos/base/format.h"
#include "hypnos/base/result.h"
#include "hypnos/imaging/image.h"

namespace hypnos {

// A view of the image's bytes: no copy, and no longer than the image.
cv::Mat AsMat(Image& image);
// OpenCV has no view that cannot be written to; do not write to this one.
const cv::Mat AsMat(const Image& image);

// Brings *image to this size, keeping its storage where it fits.
void Reshape(int width, int height, int channels, Image* image);

// Copies a picture of any depth and 1, 3 or 4 channels. Precondition: !mat.empty().
void CopyFromMat(const cv::Mat& mat, Image* image);

// Calls a function that uses OpenCV and returns a Result; what it throws becomes an error.
template <class Function>
auto Translated(Code code, const char* reason, Function function) -> decltype(function()) {
  try {
    return function();
  } catch (const cv::Exception& exception) {
    return Error{code, reason, "OpenCV says: " + exception.err};
  } catch (const std::exception& exception) {
    return Error{code, reason, Format("OpenCV says: {}", exception.what())};
  }
}

}  // namespace hypnos

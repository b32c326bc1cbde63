// Reads files and network streams through FFmpeg itself. OpenCV's reader keeps to the size that a
// video began with: of a picture of another size it shows a part, what lies behind it in memory, or
// the picture before once more.
#pragma once

#include <memory>
#include <string>

#include "hypnos/base/clock.h"
#include "hypnos/base/result.h"
#include "hypnos/imaging/video_capture.h"

namespace hypnos {

// `url`: what FFmpeg understands; of a file, "file:" and its path, or FFmpeg would take a colon in
// it for a protocol. `patience`: how long opening and each picture may take; zero: for ever.
// Errors, without a word of the url: kUnavailable, reason NO_VIDEO, where FFmpeg cannot open it, or
// there is no video in it that it can decode; kPermissionDenied, reason LOGIN_REFUSED.
// Pictures are turned as the container says they were taken.
Result<std::unique_ptr<VideoCapture>> OpenWithFfmpeg(const StreamRequest& request,
                                                     Duration patience);

}  // namespace hypnos

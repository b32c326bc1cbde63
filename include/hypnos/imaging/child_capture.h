// Video read by a process of its own: whatever a camera's driver or a stream's library does there
// (hang, crash, leak), this process only sees that no pictures come, and kills it.
//
// The child is the program hypnos-capture. What to open goes to it over a socket, since a URL may
// hold a password that a command line would show to everybody. Pictures come through memory that
// both share, in slots that belong to one side at a time; a picture for which there is no slot is
// passed over. The child dies with the thread that opened it, which must be one that lasts.
// The parent believes nothing that the child says before it has checked it.
// Threads: thread-compatible.
#pragma once

#include <memory>
#include <string>

#include "hypnos/imaging/interruption.h"
#include "hypnos/imaging/video_capture.h"

namespace hypnos {

struct ChildCaptureOptions {
  // Path of hypnos-capture.
  std::string program;
  // How long one Grab waits for a picture.
  Duration patience = std::chrono::seconds(1);
  // How long opening may take.
  Duration open_patience = std::chrono::seconds(10);
  // Whether the child waits where its pictures are not read fast enough, instead of passing over
  // some: for recordings.
  bool waits = false;
  // Pictures that come faster are passed over before they are converted and copied; 0: none are.
  double max_frame_rate_hz = 0;
  // Ends opening and every Grab; never null.
  std::shared_ptr<Interruption> interruption;
};

inline constexpr size_t kLongestUrl = 8191;

// hypnos-capture in the folder of the running program.
std::string CaptureProgramBesideThis();

// Errors: those of OpenCamera and OpenStream. kUnavailable: NO_CAPTURE_PROGRAM; OPEN_SILENT after
// open_patience; CAPTURE_DIED; CAPTURE_GARBLED; CAPTURE_OTHER_BUILD. kCancelled, reason
// INTERRUPTED. Of Grab: kDeadlineExceeded, reason SILENT, after `patience`, and it may be called
// again; kUnavailable: CAPTURE_DIED, CAPTURE_GARBLED, and those of the capture itself; kCancelled.
Result<std::unique_ptr<VideoCapture>> OpenCameraInChild(const CameraRequest& request,
                                                        const ChildCaptureOptions& options);
Result<std::unique_ptr<VideoCapture>> OpenStreamInChild(const StreamRequest& request,
                                                        const ChildCaptureOptions& options);

}  // namespace hypnos

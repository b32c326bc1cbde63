// Frames become numbers: planes of float32, each channel at mean 0 and deviation 1.
//   x       intensities 0..1; difference -1..1; flow in pixels a frame
//   y[t] = clamp((x[t] - mean[t-1]) / max(deviation[t-1], floor), -8, 8)
//   mean, deviation: of all pixels of the channel; over all frames so far while these are fewer
//   than the horizon, then exponentially forgetting:  w = max(1/n, 1/horizon)
// Statistics are those before the frame, so that a sudden flash stands out instead of scaling
// itself away; only a channel's first frame, which has nothing before it, scales itself.
// Planes, in this order: grey, or blue, green, red; [difference;] [flow to the right, flow down].
// Difference and flow need a frame before: after a discontinuity they are zero, and uncounted.
// Threads: thread-compatible. Deterministic. Allocates on a new picture size only, but for what
// OpenCV does inside.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "hypnos/base/result.h"
#include "hypnos/base/state_archive.h"
#include "hypnos/sources/frame.h"
#include "hypnos/tensor/planes.h"

namespace hypnos {

struct VideoEncoderOptions {
  // Pictures are resized to this; 0 keeps the size of the first frame.
  int width = 0;
  int height = 0;
  enum class Colour { kGrey, kBgr };
  Colour colour = Colour::kGrey;
  bool temporal_difference = false;
  bool optical_flow = false;
  // How many frames the statistics look back; at least 1.
  double scaling_horizon_frames = 1000;
};

struct ChannelStatistics {
  int64_t frames = 0;
  double mean = 0;
  double variance = 0;
  bool operator==(const ChannelStatistics&) const = default;
};

// All that is learned.
struct VideoEncoderState {
  // Of the planes, once known.
  int width = 0;
  int height = 0;
  std::vector<ChannelStatistics> channels;
  bool operator==(const VideoEncoderState&) const = default;
};

struct EncodedFrame {
  // The picture is not of the size of the first one.
  bool resized = false;
};

class VideoEncoder {
 public:
  // kInvalidArgument, naming the field, for what is out of range.
  static Result<VideoEncoder> Create(const VideoEncoderOptions& options);
  ~VideoEncoder();
  VideoEncoder(VideoEncoder&&) noexcept;
  VideoEncoder& operator=(VideoEncoder&&) noexcept;

  // Precondition: the frame has an image. Frames with learn off leave the statistics alone.
  EncodedFrame Encode(const Frame& frame, Planes* planes);

  // Width and height are 0 before the first frame where the options leave them open.
  PlaneShape shape() const;

  const VideoEncoderState& state() const;
  // What is learned and the picture before: a stream that goes on where it was goes on as if it had
  // never been interrupted.
  void ExchangeState(StateArchive& archive);

 private:
  struct Impl;
  explicit VideoEncoder(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace hypnos

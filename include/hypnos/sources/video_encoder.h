// Frames become numbers: planes of float32, each channel at mean 0 and deviation 1.
//   x       intensities 0..1; difference -1..1; flow in pixels a frame; where cells are larger than
//   a
//           pixel, its mean over each of them
//   y[t] = clamp((x[t] - mean[t-1]) / max(deviation[t-1], floor), -8, 8)
//   mean, deviation: of all pixels of the channel; over all frames so far while these are fewer
//   than the horizon, then exponentially forgetting:  w = max(1/n, 1/horizon)
// Statistics are those before the frame, so that a sudden flash stands out instead of scaling
// itself away; only a channel's first frame, which has nothing before it, scales itself.
// Planes, in this order: grey, or blue, green, red; [difference;] [flow to the right, flow down;]
// [|difference|, |flow|;] [place down, place to the right]. The place is no measurement: it rises
// in a straight line from -sqrt(3) at the first row or column to sqrt(3) at the last, which has
// mean 0 and deviation 1 as well. Difference and flow need a frame before: after a discontinuity
// they are zero, and uncounted. Threads: thread-compatible. Deterministic. Allocates on a new
// picture size only, but for what OpenCV does inside.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "hypnos/base/result.h"
#include "hypnos/base/state_archive.h"
#include "hypnos/sources/frame.h"
#include "hypnos/tensor/planes.h"

namespace hypnos {

struct ScalingMemory {
  // How many frames the statistics look back; at least 1.
  double horizon_frames = 1000;
  // The first so many frames count alike, and what comes after them 1/horizon, however few there
  // were: where the horizon is long, little of what is new becomes usual; at least 1.
  double settle_frames = 1000;
};

struct VideoEncoderOptions {
  // Pictures are resized to this; 0 keeps the size of the first frame.
  int width = 0;
  int height = 0;
  enum class Colour { kGrey, kBgr };
  Colour colour = Colour::kGrey;
  bool temporal_difference = false;
  bool optical_flow = false;
  // How much changes and how fast it moves, without a direction: a limb that swings to and fro does
  // not cancel out in a cell.
  bool motion = false;
  // Layers are the same everywhere; with this they may learn what is usual where.
  bool place = false;
  // Each value of a plane is the mean over cell x cell pixels; what is left over at the right and
  // at the bottom is not seen. At least 1.
  int cell = 1;
  // How many pictures back EncodeHurried can reach.
  int past_pictures = 1;
  ScalingMemory scaling = {};
};

struct ChannelStatistics {
  int64_t frames = 0;
  double mean = 0;
  double variance = 0;
  bool operator==(const ChannelStatistics&) const = default;
};

// All that is learned.
struct VideoEncoderState {
  // Of the pictures, once known.
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

  // The last frame once more, as if `pace` times as fast: what changes between frames is that from
  // the picture `pace` frames back, or from the first one since a discontinuity. `planes`: as
  // Encode left it for that frame. Nothing is learned. Precondition: 1 <= pace <= past_pictures.
  void EncodeHurried(int pace, Planes* planes);

  // Of the last frame, at each cell: mean |difference| to the frame before, 0..1; zero where there
  // is none. Empty where motion is not encoded.
  std::span<const float> changes() const;

  // Width and height are 0 before the first frame where the options leave them open.
  PlaneShape shape() const;
  // Of a first picture of this size.
  PlaneShape ShapeWith(int width, int height) const;

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

#include "hypnos/sources/video_encoder.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "hypnos/base/check.h"
#include "hypnos/base/format.h"
#include "hypnos/imaging/optical_flow.h"
#include "hypnos/imaging/transform.h"
#include "sources/channel_scaling.h"

namespace hypnos {
namespace {

constexpr int kLargestSide = 16384;

// The noise of a sensor: one step of a byte. A picture that is all black must not explode when its
// first grain of noise comes.
constexpr double kIntensityFloor = 1.0 / 255;
// Flow finer than this, in pixels, is what the search makes of noise.
constexpr double kFlowFloor = 1.0 / 16;

int CountColours(const VideoEncoderOptions& options) {
  return options.colour == VideoEncoderOptions::Colour::kBgr ? 3 : 1;
}

int CountChannels(const VideoEncoderOptions& options) {
  return CountColours(options) + (options.temporal_difference ? 1 : 0) +
         (options.optical_flow ? 2 : 0);
}

Status Check(const VideoEncoderOptions& options) {
  const auto bad = [](std::string message) {
    return Error{Code::kInvalidArgument, "BAD_OPTION", std::move(message)};
  };
  const auto possible = [](int side) { return side >= 0 && side <= kLargestSide; };
  if (!possible(options.width)) return bad(Format("width must be from 0 to {}", kLargestSide));
  if (!possible(options.height)) return bad(Format("height must be from 0 to {}", kLargestSide));
  if (!(options.scaling_horizon_frames >= 1) || !std::isfinite(options.scaling_horizon_frames))
    return bad("scaling_horizon_frames must be at least 1");
  return {};
}

}  // namespace

struct VideoEncoder::Impl {
  explicit Impl(const VideoEncoderOptions& given) : options(given) {
    state.width = options.width;
    state.height = options.height;
    state.channels.resize(static_cast<size_t>(CountChannels(options)));
  }

  EncodedFrame Encode(const Frame& frame, Planes* planes) {
    HYPNOS_CHECK(!frame.image.empty());
    KeepFirstSize(frame.image);
    learn = frame.learn;
    const Image& picture = Sized(frame.image);
    if (NeedsGrey()) ToGrey(picture, &grey);
    planes->Resize(shape());
    const bool continues = frame.discontinuity == Discontinuity::kNone && !grey_before.empty();
    int channel = EncodeColours(picture, planes);
    if (options.temporal_difference) EncodeDifference(continues, channel++, planes);
    if (options.optical_flow) EncodeFlow(continues, channel, planes);
    std::swap(grey, grey_before);
    return {.resized = frame.image.width() != first_width || frame.image.height() != first_height};
  }

  PlaneShape shape() const {
    return {.channels = CountChannels(options), .height = state.height, .width = state.width};
  }

  bool NeedsGrey() const {
    return CountColours(options) == 1 || options.temporal_difference || options.optical_flow;
  }

  void KeepFirstSize(const Image& image) {
    if (first_width != 0) return;
    first_width = image.width();
    first_height = image.height();
    if (state.width == 0) state.width = first_width;
    if (state.height == 0) state.height = first_height;
  }

  const Image& Sized(const Image& image) {
    if (image.width() == state.width && image.height() == state.height) return image;
    Resize(image, state.width, state.height, &resized);
    return resized;
  }

  // How this frame is to be scaled; learns from it afterwards, or before where there is nothing
  // else to go by.
  Scaling ScalingFor(int channel, const Moments& moments, double floor) {
    ChannelStatistics& statistics = state.channels[static_cast<size_t>(channel)];
    ChannelStatistics with_frame = statistics;
    Update(moments, options.scaling_horizon_frames, &with_frame);
    const Scaling scaling(statistics.frames == 0 ? with_frame : statistics, floor);
    if (learn) statistics = with_frame;
    return scaling;
  }

  int EncodeColours(const Image& picture, Planes* planes) {
    const int colours = CountColours(options);
    const Image& from = colours == 1 ? grey : picture;
    for (int colour = 0; colour < colours; ++colour) {
      EncodeBytes(from, from.channels() == 1 ? 0 : colour, colour, planes);
    }
    return colours;
  }

  void EncodeBytes(const Image& from, int offset, int channel, Planes* planes) {
    const std::span<const uint8_t> bytes = from.bytes();
    const auto step = static_cast<size_t>(from.channels());
    histogram.Clear();
    for (size_t at = static_cast<size_t>(offset); at < bytes.size(); at += step) {
      histogram.Count(bytes[at]);
    }
    const ScalingTable table(ScalingFor(channel, histogram.moments(), kIntensityFloor));
    size_t at = static_cast<size_t>(offset);
    for (float& value : planes->plane(channel)) {
      value = table(bytes[at]);
      at += step;
    }
  }

  void EncodeDifference(bool continues, int channel, Planes* planes) {
    const std::span<float> plane = planes->plane(channel);
    if (!continues) return Clear(plane);
    const std::span<const uint8_t> now = grey.bytes();
    const std::span<const uint8_t> before = grey_before.bytes();
    histogram.Clear();
    for (size_t i = 0; i < now.size(); ++i) histogram.Count(now[i] - before[i]);
    const ScalingTable table(ScalingFor(channel, histogram.moments(), kIntensityFloor));
    for (size_t i = 0; i < now.size(); ++i) plane[i] = table(now[i] - before[i]);
  }

  void EncodeFlow(bool continues, int channel, Planes* planes) {
    const std::span<float> right = planes->plane(channel);
    const std::span<float> down = planes->plane(channel + 1);
    if (continues) flow.Compute(grey_before, grey, right, down);
    for (const auto& [plane, of] : {std::pair(right, channel), std::pair(down, channel + 1)}) {
      if (!continues) {
        Clear(plane);
        continue;
      }
      const Scaling scaling = ScalingFor(of, MomentsOf(plane), kFlowFloor);
      for (float& value : plane) value = scaling(value);
    }
  }

  void ExchangeState(StateArchive& archive) {
    archive.Number("width", state.width);
    archive.Number("height", state.height);
    const auto fits = [](int wanted, int saved) { return wanted == 0 || wanted == saved; };
    if (!fits(options.width, state.width) || !fits(options.height, state.height)) {
      archive.Refuse("width", "is not that of the configuration");
    }
    for (size_t channel = 0; channel < state.channels.size(); ++channel) {
      const StateArchive::Scope scope(archive, Format("channels.{}", channel));
      archive.Number("frames", state.channels[channel].frames);
      archive.Number("mean", state.channels[channel].mean);
      archive.Number("variance", state.channels[channel].variance);
    }
    archive.Number("first_width", first_width);
    archive.Number("first_height", first_height);
    ExchangePictureBefore(archive);
  }

  // Grey, of the size that pictures have here.
  void ExchangePictureBefore(StateArchive& archive) {
    bool has_picture = !grey_before.empty();
    archive.Number("has_picture", has_picture);
    if (!has_picture) return;
    if (archive.loading()) {
      if (state.width < 1 || state.height < 1 || state.width > kLargestSide ||
          state.height > kLargestSide) {
        return archive.Refuse("width", "is of no picture");
      }
      grey_before = Image(state.width, state.height, 1);
    }
    archive.Values(
        "picture", grey_before.bytes(),
        {static_cast<uint64_t>(grey_before.height()), static_cast<uint64_t>(grey_before.width())});
  }

  static void Clear(std::span<float> plane) { std::ranges::fill(plane, 0.0f); }

  const VideoEncoderOptions options;
  VideoEncoderState state;
  OpticalFlow flow;
  bool learn = true;
  int first_width = 0;
  int first_height = 0;
  Image resized;
  Image grey;
  Image grey_before;
  Histogram histogram;
};

VideoEncoder::VideoEncoder(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
VideoEncoder::~VideoEncoder() = default;
VideoEncoder::VideoEncoder(VideoEncoder&&) noexcept = default;
VideoEncoder& VideoEncoder::operator=(VideoEncoder&&) noexcept = default;

Result<VideoEncoder> VideoEncoder::Create(const VideoEncoderOptions& options) {
  HYPNOS_RETURN_IF_ERROR(Check(options));
  return VideoEncoder(std::make_unique<Impl>(options));
}

EncodedFrame VideoEncoder::Encode(const Frame& frame, Planes* planes) {
  return impl_->Encode(frame, planes);
}

PlaneShape VideoEncoder::shape() const { return impl_->shape(); }

const VideoEncoderState& VideoEncoder::state() const { return impl_->state; }

void VideoEncoder::ExchangeState(StateArchive& archive) { impl_->ExchangeState(archive); }

}  // namespace hypnos

#include "hypnos/sources/video_encoder.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "hypnos/base/check.h"
#include "hypnos/base/format.h"
#include "hypnos/imaging/optical_flow.h"
#include "hypnos/imaging/transform.h"
#include "sources/channel_scaling.h"

namespace hypnos {
namespace {

constexpr int kLargestSide = 16384;
constexpr int kMostPast = 16;

// The noise of a sensor: one step of a byte. A picture that is all black must not explode when its
// first grain of noise comes.
constexpr double kIntensityFloor = 1.0 / 255;
// Flow finer than this, in pixels, is what the search makes of noise.
constexpr double kFlowFloor = 1.0 / 16;

int CountColours(const VideoEncoderOptions& options) {
  return options.colour == VideoEncoderOptions::Colour::kBgr ? 3 : 1;
}

// Of channels that need a frame before.
int CountTemporal(const VideoEncoderOptions& options) {
  return (options.temporal_difference ? 1 : 0) + (options.optical_flow ? 2 : 0) +
         (options.motion ? 2 : 0);
}

int CountScaled(const VideoEncoderOptions& options) {
  return CountColours(options) + CountTemporal(options);
}

int CountChannels(const VideoEncoderOptions& options) {
  return CountScaled(options) + (options.place ? 2 : 0);
}

// Rises in a straight line, with mean 0 and deviation 1 about.
float Ramp(int at, int count) {
  if (count < 2) return 0;
  return std::sqrt(3.0f) * (2.0f * static_cast<float>(at) / static_cast<float>(count - 1) - 1.0f);
}

void EncodePlace(std::span<float> down, std::span<float> right, const PlaneShape& shape) {
  size_t i = 0;
  for (int row = 0; row < shape.height; ++row) {
    for (int column = 0; column < shape.width; ++column, ++i) {
      down[i] = Ramp(row, shape.height);
      right[i] = Ramp(column, shape.width);
    }
  }
}

// Means over cell x cell pixels of pictures that are `width` wide.
void Pool(std::span<const float> pixels, int width, int cell, const PlaneShape& shape,
          std::span<float> plane) {
  std::ranges::fill(plane, 0.0f);
  const auto columns = static_cast<size_t>(shape.width);
  for (int y = 0; y < shape.height * cell; ++y) {
    const float* line = pixels.data() + static_cast<size_t>(y) * static_cast<size_t>(width);
    float* row = plane.data() + static_cast<size_t>(y / cell) * columns;
    for (size_t column = 0; column < columns; ++column) {
      for (int x = 0; x < cell; ++x) row[column] += *line++;
    }
  }
  const float share = 1.0f / static_cast<float>(cell * cell);
  for (float& value : plane) value *= share;
}

Status Check(const VideoEncoderOptions& options) {
  const auto bad = [](std::string message) {
    return Error{Code::kInvalidArgument, "BAD_OPTION", std::move(message)};
  };
  const auto possible = [](int side) { return side >= 0 && side <= kLargestSide; };
  if (!possible(options.width)) return bad(Format("width must be from 0 to {}", kLargestSide));
  if (!possible(options.height)) return bad(Format("height must be from 0 to {}", kLargestSide));
  for (const auto& [name, frames] :
       {std::pair("scaling_horizon_frames", options.scaling.horizon_frames),
        std::pair("scaling_settle_frames", options.scaling.settle_frames)}) {
    if (!(frames >= 1) || !std::isfinite(frames)) return bad(Format("{} must be at least 1", name));
  }
  if (options.cell < 1 || options.cell > kLargestSide) return bad("cell must be at least 1");
  if (options.past_pictures < 1 || options.past_pictures > kMostPast)
    return bad(Format("past_pictures must be from 1 to {}", kMostPast));
  return {};
}

}  // namespace

struct VideoEncoder::Impl {
  explicit Impl(const VideoEncoderOptions& given) : options(given) {
    state.width = options.width;
    state.height = options.height;
    state.channels.resize(static_cast<size_t>(CountScaled(options)));
    used.resize(state.channels.size());
  }

  EncodedFrame Encode(const Frame& frame, Planes* planes) {
    HYPNOS_CHECK(!frame.image.empty());
    KeepFirstSize(frame.image);
    learn = frame.learn;
    const Image& picture = Sized(frame.image);
    if (NeedsGrey()) ToGrey(picture, &grey);
    planes->Resize(shape());
    if (frame.discontinuity != Discontinuity::kNone) past.clear();
    if (options.motion) changes.assign(shape().plane_size(), 0.0f);
    EncodeColours(picture, planes);
    EncodeTemporal(past.empty() ? nullptr : &past.front(), Statistics::kLearn, planes);
    if (options.place) {
      const int channel = CountScaled(options);
      EncodePlace(planes->plane(channel), planes->plane(channel + 1), shape());
    }
    KeepPicture();
    return {.resized = frame.image.width() != first_width || frame.image.height() != first_height};
  }

  // The newest of what is past is the frame itself by now.
  void EncodeHurried(int pace, Planes* planes) {
    HYPNOS_CHECK(pace >= 1 && pace <= options.past_pictures && planes->shape() == shape());
    if (past.size() < 2) return;
    grey = past.front();
    const size_t back = std::min(static_cast<size_t>(pace), past.size() - 1);
    EncodeTemporal(&past[back], Statistics::kAsLast, planes);
  }

  PlaneShape ShapeOf(int width, int height) const {
    return {.channels = CountChannels(options),
            .height = height / options.cell,
            .width = width / options.cell};
  }

  PlaneShape shape() const { return ShapeOf(state.width, state.height); }

  // This frame, and as many before it as can be hurried over. Storage goes round.
  void KeepPicture() {
    if (!NeedsGrey()) return;
    const auto kept =
        static_cast<size_t>(options.past_pictures == 1 ? 1 : options.past_pictures + 1);
    if (past.size() < kept) past.emplace_back();
    std::rotate(past.begin(), past.end() - 1, past.end());
    std::swap(past.front(), grey);
  }

  bool NeedsGrey() const { return CountColours(options) == 1 || CountTemporal(options) > 0; }

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
    Update(moments, options.scaling, &with_frame);
    const Scaling scaling(statistics.frames == 0 ? with_frame : statistics, floor);
    if (learn) statistics = with_frame;
    return scaling;
  }

  enum class Statistics { kLearn, kAsLast };

  // By the statistics of now, which then learn from the frame, or as its like was scaled last.
  Scaling ScalingBy(Statistics statistics, int channel, const Moments& moments, double floor) {
    std::optional<Scaling>& last = used[static_cast<size_t>(channel)];
    if (statistics == Statistics::kLearn) last = ScalingFor(channel, moments, floor);
    HYPNOS_CHECK(last.has_value());
    return *last;
  }

  void EncodeColours(const Image& picture, Planes* planes) {
    const int colours = CountColours(options);
    const Image& from = colours == 1 ? grey : picture;
    for (int colour = 0; colour < colours; ++colour) {
      EncodeBytes(from, from.channels() == 1 ? 0 : colour, colour, planes);
    }
  }

  void EncodeBytes(const Image& from, int offset, int channel, Planes* planes) {
    const std::span<const uint8_t> bytes = from.bytes();
    const auto step = static_cast<size_t>(from.channels());
    steps.clear();
    for (size_t at = static_cast<size_t>(offset); at < bytes.size(); at += step) {
      steps.push_back(bytes[at]);
    }
    EncodeSteps(Statistics::kLearn, channel, planes);
  }

  // `steps`: of each pixel, in 255ths.
  void EncodeSteps(Statistics statistics, int channel, Planes* planes) {
    const std::span<float> plane = planes->plane(channel);
    if (options.cell > 1) {
      pixels.resize(steps.size());
      for (size_t i = 0; i < steps.size(); ++i) pixels[i] = static_cast<float>(steps[i]) / 255.0f;
      return EncodePixels(statistics, channel, kIntensityFloor, planes);
    }
    histogram.Clear();
    for (const int value : steps) histogram.Count(value);
    const ScalingTable table(ScalingBy(statistics, channel, histogram.moments(), kIntensityFloor));
    for (size_t i = 0; i < steps.size(); ++i) plane[i] = table(steps[i]);
  }

  void EncodePixels(Statistics statistics, int channel, double floor, Planes* planes) {
    const std::span<float> plane = planes->plane(channel);
    Pool(pixels, state.width, options.cell, shape(), plane);
    const Scaling scaling = ScalingBy(statistics, channel, MomentsOf(plane), floor);
    for (float& value : plane) value = scaling(value);
  }

  // `before`: null where there is none.
  void EncodeTemporal(const Image* before, Statistics statistics, Planes* planes) {
    int channel = CountColours(options);
    if (before == nullptr) {
      for (int i = 0; i < CountTemporal(options); ++i) Clear(planes->plane(channel + i));
      return;
    }
    if (options.temporal_difference) {
      TakeDifference(*before);
      EncodeSteps(statistics, channel++, planes);
    }
    if (!options.optical_flow && !options.motion) return;
    right.resize(grey.bytes().size());
    down.resize(right.size());
    flow.Compute(*before, grey, right, down);
    if (options.optical_flow) {
      for (const Buffer* component : {&right, &down}) {
        pixels.assign(component->begin(), component->end());
        EncodePixels(statistics, channel++, kFlowFloor, planes);
      }
    }
    if (options.motion) EncodeMotion(*before, statistics, channel, planes);
  }

  void EncodeMotion(const Image& before, Statistics statistics, int channel, Planes* planes) {
    pixels.resize(right.size());
    const std::span<const uint8_t> now = grey.bytes();
    const std::span<const uint8_t> then = before.bytes();
    for (size_t i = 0; i < pixels.size(); ++i) {
      pixels[i] = static_cast<float>(std::abs(now[i] - then[i])) / 255.0f;
    }
    if (statistics == Statistics::kLearn) {
      Pool(pixels, state.width, options.cell, shape(), changes);
    }
    EncodePixels(statistics, channel, kIntensityFloor, planes);
    for (size_t i = 0; i < pixels.size(); ++i) {
      pixels[i] = std::sqrt(right[i] * right[i] + down[i] * down[i]);
    }
    EncodePixels(statistics, channel + 1, kFlowFloor, planes);
  }

  void TakeDifference(const Image& before) {
    const std::span<const uint8_t> now = grey.bytes();
    const std::span<const uint8_t> then = before.bytes();
    steps.resize(now.size());
    for (size_t i = 0; i < now.size(); ++i) steps[i] = now[i] - then[i];
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
    ExchangePictures(archive);
  }

  // Grey, of the size that pictures have here; the newest first.
  void ExchangePictures(StateArchive& archive) {
    bool has_picture = !past.empty();
    archive.Number("has_picture", has_picture);
    size_t older = past.empty() ? 0 : past.size() - 1;
    // Only where they can be hurried over is one more kept than what is gone on from.
    const auto most = static_cast<size_t>(options.past_pictures);
    if (has_picture && most > 1) older = archive.Count("older_pictures", older, most);
    if (archive.loading()) {
      if (has_picture && (state.width < 1 || state.height < 1 || state.width > kLargestSide ||
                          state.height > kLargestSide)) {
        return archive.Refuse("width", "is of no picture");
      }
      past.clear();
      for (size_t i = 0; has_picture && i <= older; ++i) {
        past.emplace_back(state.width, state.height, 1);
      }
    }
    if (!has_picture) return;
    ExchangePicture(archive, "picture", past.front());
    for (size_t i = 1; most > 1 && i < past.size(); ++i) {
      ExchangePicture(archive, Format("older_picture.{}", i), past[i]);
    }
  }

  static void ExchangePicture(StateArchive& archive, const std::string& name, Image& picture) {
    archive.Values(
        name, picture.bytes(),
        {static_cast<uint64_t>(picture.height()), static_cast<uint64_t>(picture.width())});
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
  std::vector<Image> past;  // the newest first
  Histogram histogram;
  std::vector<std::optional<Scaling>> used;  // of each channel, by what it was scaled last
  // Scratch: of each pixel.
  std::vector<int> steps;
  Buffer pixels, right, down;
  Buffer changes;
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

void VideoEncoder::EncodeHurried(int pace, Planes* planes) { impl_->EncodeHurried(pace, planes); }

std::span<const float> VideoEncoder::changes() const { return impl_->changes; }

PlaneShape VideoEncoder::ShapeWith(int width, int height) const {
  const VideoEncoderState& state = impl_->state;
  return impl_->ShapeOf(state.width == 0 ? width : state.width,
                        state.height == 0 ? height : state.height);
}

PlaneShape VideoEncoder::shape() const { return impl_->shape(); }

const VideoEncoderState& VideoEncoder::state() const { return impl_->state; }

void VideoEncoder::ExchangeState(StateArchive& archive) { impl_->ExchangeState(archive); }

}  // namespace hypnos

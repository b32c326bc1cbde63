#include "hypnos/sources/video_encoder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>
#include <vector>

#include "hypnos/base/rng.h"
#include "support/memory_archive.h"

namespace hypnos {
namespace {

using Colour = VideoEncoderOptions::Colour;
using enum Discontinuity;

Frame FrameOf(Image image, Discontinuity discontinuity = kNone) {
  return {.clip = "clip", .discontinuity = discontinuity, .image = std::move(image)};
}

Image Plain(uint8_t shade, int width = 16, int height = 16) {
  Image image(width, height, 1);
  std::ranges::fill(image.bytes(), shade);
  return image;
}

Image Noise(Rng* rng, int width = 16, int height = 16, int channels = 1) {
  Image image(width, height, channels);
  for (uint8_t& byte : image.bytes()) byte = static_cast<uint8_t>(rng->Below(256));
  return image;
}

VideoEncoder Make(const VideoEncoderOptions& options) {
  auto encoder = VideoEncoder::Create(options);
  HYPNOS_CHECK(encoder.ok());
  return *std::move(encoder);
}

struct Spread {
  double mean = 0;
  double deviation = 0;
};

Spread SpreadOf(std::span<const float> values) {
  double sum = 0;
  double squares = 0;
  for (const float value : values) {
    sum += value;
    squares += static_cast<double>(value) * value;
  }
  const auto count = static_cast<double>(values.size());
  return {.mean = sum / count, .deviation = std::sqrt(squares / count - sum * sum / count / count)};
}

bool AllZero(std::span<const float> values) {
  return std::ranges::all_of(values, [](float value) { return value == 0; });
}

TEST(VideoEncoder, OrdersItsPlanes) {
  EXPECT_EQ(Make({}).shape(), (PlaneShape{.channels = 1}));
  EXPECT_EQ(Make({.width = 8, .height = 4, .colour = Colour::kBgr}).shape(),
            (PlaneShape{.channels = 3, .height = 4, .width = 8}));
  EXPECT_EQ(Make({.temporal_difference = true, .optical_flow = true}).shape().channels, 4);
  Image reddish(2, 1, 3);
  std::ranges::copy(std::vector<uint8_t>{0, 50, 100, 200, 50, 0}, reddish.bytes().begin());
  VideoEncoder encoder = Make({.colour = Colour::kBgr});
  Planes planes;
  encoder.Encode(FrameOf(reddish, kStart), &planes);
  EXPECT_LT(planes.plane(0)[0], planes.plane(0)[1]) << "blue";
  EXPECT_EQ(planes.plane(1)[0], planes.plane(1)[1]) << "green";
  EXPECT_GT(planes.plane(2)[0], planes.plane(2)[1]) << "red";
}

TEST(VideoEncoder, ScalesTheFirstFrameByItself) {
  Rng rng(1);
  VideoEncoder encoder = Make({});
  Planes planes;
  encoder.Encode(FrameOf(Noise(&rng), kStart), &planes);
  const Spread spread = SpreadOf(planes.values());
  EXPECT_NEAR(spread.mean, 0, 1e-6);
  EXPECT_NEAR(spread.deviation, 1, 1e-6);
}

TEST(VideoEncoder, ScalesLaterFramesByThoseBeforeSoThatAFlashStandsOut) {
  Rng rng(1);
  VideoEncoder encoder = Make({});
  Planes planes;
  for (int i = 0; i < 20; ++i) {
    Image dim = Noise(&rng);
    for (uint8_t& byte : dim.bytes()) byte /= 4;
    encoder.Encode(FrameOf(std::move(dim)), &planes);
  }
  encoder.Encode(FrameOf(Plain(255)), &planes);
  EXPECT_EQ(planes.values()[0], 8) << "clamped";
}

TEST(VideoEncoder, SurvivesABlackStart) {
  VideoEncoder encoder = Make({.temporal_difference = true});
  Planes planes;
  for (int i = 0; i < 5; ++i) encoder.Encode(FrameOf(Plain(0)), &planes);
  EXPECT_TRUE(AllZero(planes.values()));
  Image grain = Plain(0);
  grain.bytes()[3] = 1;
  encoder.Encode(FrameOf(grain), &planes);
  EXPECT_FLOAT_EQ(planes.plane(0)[3], 1) << "one step of a byte is one unit of noise";
}

TEST(VideoEncoder, DifferenceIsNowMinusBefore) {
  VideoEncoder encoder = Make({.temporal_difference = true});
  Planes planes;
  encoder.Encode(FrameOf(Plain(100), kStart), &planes);
  EXPECT_TRUE(AllZero(planes.plane(1)));
  Image brighter_left = Plain(100, 16, 16);
  brighter_left.bytes()[0] = 120;
  brighter_left.bytes()[1] = 80;
  encoder.Encode(FrameOf(brighter_left), &planes);
  EXPECT_GT(planes.plane(1)[0], 0);
  EXPECT_LT(planes.plane(1)[1], 0);
  EXPECT_EQ(planes.plane(1)[2], 0);
}

TEST(VideoEncoder, FlowShowsWhereThingsGo) {
  const auto square_at = [](int left) {
    Image image(64, 64, 1);
    for (int y = 20; y < 44; ++y) {
      for (int x = left; x < left + 24; ++x) {
        const int pixel = y * 64 + x;
        image.bytes()[static_cast<size_t>(pixel)] = static_cast<uint8_t>(80 + (x - left) * 5);
      }
    }
    return image;
  };
  VideoEncoder encoder = Make({.optical_flow = true});
  Planes planes;
  encoder.Encode(FrameOf(square_at(20), kStart), &planes);
  EXPECT_TRUE(AllZero(planes.plane(1)));
  EXPECT_TRUE(AllZero(planes.plane(2)));
  encoder.Encode(FrameOf(square_at(22)), &planes);
  EXPECT_GT(planes.plane(1)[32 * 64 + 32], 0.5f);
}

TEST(VideoEncoder, FlowComesAfterTheDifference) {
  Rng rng(2);
  VideoEncoder with_both = Make({.temporal_difference = true, .optical_flow = true});
  VideoEncoder with_flow = Make({.optical_flow = true});
  Planes both;
  Planes flow;
  for (int i = 0; i < 3; ++i) {
    const Image image = Noise(&rng);
    with_both.Encode(FrameOf(image), &both);
    with_flow.Encode(FrameOf(image), &flow);
  }
  EXPECT_FALSE(AllZero(both.plane(1)));
  EXPECT_TRUE(std::ranges::equal(both.plane(2), flow.plane(1)));
  EXPECT_TRUE(std::ranges::equal(both.plane(3), flow.plane(2)));
}

TEST(VideoEncoder, DifferenceAndFlowAreZeroAndUncountedAfterADiscontinuity) {
  for (const auto reason : {kStart, kClip, kLoop, kResize, kGap}) {
    Rng rng(3);
    VideoEncoder encoder = Make({.temporal_difference = true, .optical_flow = true});
    Planes planes;
    for (int i = 0; i < 3; ++i) encoder.Encode(FrameOf(Noise(&rng)), &planes);
    const VideoEncoderState before = encoder.state();
    encoder.Encode(FrameOf(Noise(&rng), reason), &planes);
    for (const int channel : {1, 2, 3}) {
      EXPECT_TRUE(AllZero(planes.plane(channel))) << ToString(reason);
      EXPECT_EQ(encoder.state().channels[static_cast<size_t>(channel)],
                before.channels[static_cast<size_t>(channel)]);
    }
    EXPECT_EQ(encoder.state().channels[0].frames, 4);
  }
}

TEST(VideoEncoder, LooksAtFramesWithoutLearningFromThem) {
  Rng rng(4);
  VideoEncoder encoder = Make({.temporal_difference = true});
  Planes planes;
  for (int i = 0; i < 3; ++i) encoder.Encode(FrameOf(Noise(&rng)), &planes);
  const VideoEncoderState before = encoder.state();
  Frame looked_at = FrameOf(Plain(255));
  looked_at.learn = false;
  encoder.Encode(looked_at, &planes);
  EXPECT_EQ(encoder.state(), before);
}

TEST(VideoEncoder, AStreamThatIsOnlyLookedAtIsStillScaled) {
  Rng rng(4);
  VideoEncoder encoder = Make({});
  Planes planes;
  Frame looked_at = FrameOf(Noise(&rng), kStart);
  looked_at.learn = false;
  encoder.Encode(looked_at, &planes);
  EXPECT_NEAR(SpreadOf(planes.values()).deviation, 1, 1e-6);
  EXPECT_EQ(encoder.state().channels[0].frames, 0);
}

TEST(VideoEncoder, KeepsTheFirstSizeAndFlagsOthers) {
  VideoEncoder encoder = Make({});
  Planes planes;
  EXPECT_FALSE(encoder.Encode(FrameOf(Plain(10, 20, 12), kStart), &planes).resized);
  EXPECT_TRUE(encoder.Encode(FrameOf(Plain(10, 40, 24), kResize), &planes).resized);
  EXPECT_EQ(planes.shape(), (PlaneShape{.channels = 1, .height = 12, .width = 20}));
  EXPECT_FALSE(encoder.Encode(FrameOf(Plain(10, 20, 12), kResize), &planes).resized);
}

TEST(VideoEncoder, TakesTheSizeItIsGiven) {
  VideoEncoder encoder = Make({.width = 8});
  Planes planes;
  EXPECT_FALSE(encoder.Encode(FrameOf(Plain(10, 20, 12), kStart), &planes).resized);
  EXPECT_EQ(planes.shape(), (PlaneShape{.channels = 1, .height = 12, .width = 8}));
}

TEST(VideoEncoder, GoesOnFromASavedStateAsIfNeverInterrupted) {
  const VideoEncoderOptions options = {.temporal_difference = true, .optical_flow = true};
  Rng rng(5);
  std::vector<Image> images;
  images.reserve(12);
  for (int i = 0; i < 12; ++i) images.push_back(Noise(&rng));
  const auto frame = [&images](size_t i) { return FrameOf(images[i], i == 0 ? kStart : kNone); };
  VideoEncoder whole = Make(options);
  Planes expected;
  Planes planes;
  for (size_t i = 0; i < 6; ++i) whole.Encode(frame(i), &expected);
  VideoEncoder second = Make(options);
  MemoryLoader loader(StateOf(whole));
  second.ExchangeState(loader);
  ASSERT_TRUE(loader.status().ok()) << loader.status().error().message;
  for (size_t i = 6; i < 12; ++i) {
    whole.Encode(frame(i), &expected);
    second.Encode(frame(i), &planes);
    EXPECT_TRUE(std::ranges::equal(planes.values(), expected.values())) << "frame " << i;
  }
  EXPECT_EQ(second.state(), whole.state());
}

TEST(VideoEncoder, GoesOnHurryingFromASavedState) {
  const VideoEncoderOptions options = {.motion = true, .cell = 2, .past_pictures = 3};
  Rng rng(6);
  VideoEncoder whole = Make(options);
  Planes expected, planes;
  for (int i = 0; i < 6; ++i)
    whole.Encode(FrameOf(Noise(&rng), i == 0 ? kStart : kNone), &expected);
  VideoEncoder second = Make(options);
  MemoryLoader loader(StateOf(whole));
  second.ExchangeState(loader);
  ASSERT_TRUE(loader.status().ok()) << loader.status().error().message;
  const Frame frame = FrameOf(Noise(&rng));
  whole.Encode(frame, &expected);
  second.Encode(frame, &planes);
  whole.EncodeHurried(3, &expected);
  second.EncodeHurried(3, &planes);
  EXPECT_TRUE(std::ranges::equal(planes.values(), expected.values()));
}

TEST(VideoEncoder, CellsAreMeansOfPixels) {
  VideoEncoder pixels = Make({});
  VideoEncoder cells = Make({.cell = 4});
  Rng rng(8);
  Image image = Noise(&rng, 18, 13);
  EXPECT_EQ(cells.ShapeWith(18, 13), (PlaneShape{.channels = 1, .height = 3, .width = 4}));
  Planes fine, coarse;
  pixels.Encode(FrameOf(image, kStart), &fine);
  cells.Encode(FrameOf(image, kStart), &coarse);
  ASSERT_EQ(coarse.shape(), (PlaneShape{.channels = 1, .height = 3, .width = 4}));
  // By the same scale, but for a factor: cells differ less than pixels do.
  std::vector<double> means;
  for (size_t cell = 0; cell < 12; ++cell) {
    double sum = 0;
    for (size_t y = 0; y < 4; ++y) {
      for (size_t x = 0; x < 4; ++x) {
        sum += static_cast<double>(fine.plane(0)[(cell / 4 * 4 + y) * 18 + cell % 4 * 4 + x]);
      }
    }
    means.push_back(sum / 16);
  }
  const double gain =
      static_cast<double>(coarse.plane(0)[0] - coarse.plane(0)[1]) / (means[0] - means[1]);
  for (size_t cell = 1; cell < 12; ++cell) {
    EXPECT_NEAR(static_cast<double>(coarse.plane(0)[cell] - coarse.plane(0)[0]),
                gain * (means[cell] - means[0]), 1e-4);
  }
}

TEST(VideoEncoder, PlaceRisesDownAndToTheRight) {
  VideoEncoder encoder = Make({.place = true});
  Planes planes;
  encoder.Encode(FrameOf(Plain(9, 5, 3), kStart), &planes);
  ASSERT_EQ(planes.shape().channels, 3);
  EXPECT_FLOAT_EQ(planes.plane(1)[0], -std::sqrt(3.0f));
  EXPECT_FLOAT_EQ(planes.plane(1)[14], std::sqrt(3.0f));
  EXPECT_FLOAT_EQ(planes.plane(1)[4], planes.plane(1)[0]) << "the same row";
  EXPECT_FLOAT_EQ(planes.plane(2)[10], planes.plane(2)[0]) << "the same column";
  EXPECT_FLOAT_EQ(planes.plane(2)[2], 0);
}

// A square that goes so many pixels to the right in each frame.
Image Square(int frame, int pixels) {
  Image image = Plain(40, 96, 48);
  Rng rng(11);
  for (int y = 12; y < 36; ++y) {
    for (int x = 0; x < 24; ++x) {
      const int pixel = y * 96 + 8 + x + frame * pixels;
      image.bytes()[static_cast<size_t>(pixel)] = static_cast<uint8_t>(100 + rng.Below(156));
    }
  }
  return image;
}

TEST(VideoEncoder, WhatIsHurriedIsWhatIsFaster) {
  const VideoEncoderOptions options = {.motion = true, .cell = 8, .past_pictures = 3};
  VideoEncoder slow = Make(options);
  Planes once, planes;
  for (int frame = 0; frame < 6; ++frame) {
    slow.Encode(FrameOf(Square(frame, 1), frame == 0 ? kStart : kNone), &once);
  }
  planes = once;
  slow.EncodeHurried(1, &planes);
  EXPECT_TRUE(std::ranges::equal(planes.values(), once.values())) << "as it was";
  const VideoEncoderState before = slow.state();
  const auto fastest = [&](int pace) {
    slow.EncodeHurried(pace, &planes);
    return *std::ranges::max_element(planes.plane(2));
  };
  const float one = *std::ranges::max_element(once.plane(2));
  const float two = fastest(2);
  const float three = fastest(3);
  EXPECT_GT(two, one + 0.5f);
  EXPECT_GT(three, two + 0.5f);
  EXPECT_TRUE(std::ranges::equal(planes.plane(0), once.plane(0))) << "the picture stays";
  EXPECT_EQ(slow.state(), before) << "nothing is learned";
}

TEST(VideoEncoder, HurriesNoFurtherThanToTheLastCut) {
  VideoEncoder encoder = Make({.motion = true, .past_pictures = 3});
  Rng rng(2);
  Planes planes;
  for (int i = 0; i < 5; ++i)
    encoder.Encode(FrameOf(Noise(&rng), i == 0 ? kStart : kNone), &planes);
  const Image first = Noise(&rng);
  const Image second = Noise(&rng);
  encoder.Encode(FrameOf(first, kGap), &planes);
  encoder.EncodeHurried(3, &planes);
  EXPECT_TRUE(AllZero(planes.plane(1))) << "nothing has moved yet";
  encoder.Encode(FrameOf(second), &planes);
  const Planes once = planes;
  encoder.EncodeHurried(3, &planes);
  EXPECT_TRUE(std::ranges::equal(planes.values(), once.values()));
}

TEST(VideoEncoder, TellsHowMuchChanged) {
  VideoEncoder encoder = Make({.motion = true, .cell = 8});
  Planes planes;
  encoder.Encode(FrameOf(Plain(100), kStart), &planes);
  ASSERT_EQ(encoder.changes().size(), 4u);
  EXPECT_TRUE(AllZero(encoder.changes()));
  encoder.Encode(FrameOf(Plain(151)), &planes);
  for (const float change : encoder.changes()) EXPECT_NEAR(change, 0.2f, 1e-6f);
  EXPECT_TRUE(Make({}).changes().empty());
}

TEST(VideoEncoder, RefusesAStateOfAnotherShape) {
  VideoEncoder grey = Make({.width = 8, .height = 8});
  VideoEncoder colour = Make({.width = 8, .height = 8, .colour = Colour::kBgr});
  VideoEncoder wide = Make({.width = 9, .height = 8});
  for (VideoEncoder* other : {&colour, &wide}) {
    MemoryLoader loader(StateOf(grey));
    other->ExchangeState(loader);
    EXPECT_EQ(loader.status().error().reason, "STATE_DOES_NOT_FIT");
  }
}

TEST(VideoEncoder, RefusesOptionsOutOfRangeByName) {
  const auto complaint = [](const VideoEncoderOptions& options) {
    return VideoEncoder::Create(options).error().message;
  };
  EXPECT_TRUE(complaint({.width = -1}).starts_with("width"));
  EXPECT_TRUE(complaint({.height = 100'000}).starts_with("height"));
  EXPECT_TRUE(complaint({.scaling = {.horizon_frames = 0}}).starts_with("scaling_horizon_frames"));
  EXPECT_TRUE(
      complaint({.scaling = {.horizon_frames = NAN}}).starts_with("scaling_horizon_frames"));
}

TEST(VideoEncoder, GreyPicturesFillAllColours) {
  Rng rng(6);
  VideoEncoder encoder = Make({.colour = Colour::kBgr});
  Planes planes;
  encoder.Encode(FrameOf(Noise(&rng), kStart), &planes);
  EXPECT_TRUE(std::ranges::equal(planes.plane(0), planes.plane(1)));
  EXPECT_TRUE(std::ranges::equal(planes.plane(0), planes.plane(2)));
}

TEST(VideoEncoder, UsesTheStorageOfThePlanesAgain) {
  Rng rng(8);
  VideoEncoder encoder = Make({.temporal_difference = true});
  Planes planes;
  encoder.Encode(FrameOf(Noise(&rng), kStart), &planes);
  const float* storage = planes.values().data();
  encoder.Encode(FrameOf(Noise(&rng)), &planes);
  EXPECT_EQ(planes.values().data(), storage);
}

}  // namespace
}  // namespace hypnos

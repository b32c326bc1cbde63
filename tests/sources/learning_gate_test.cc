#include "hypnos/sources/learning_gate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "hypnos/base/rng.h"

namespace hypnos {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Duration kInterval = milliseconds(40);

Image Picture(uint64_t seed, int channels = 3) {
  Image image(64, 48, channels);
  Rng rng(seed);
  for (uint8_t& byte : image.bytes()) byte = static_cast<uint8_t>(rng.Below(256));
  return image;
}

Image OneColour(uint8_t level, int channels = 3) {
  Image image(64, 48, channels);
  for (uint8_t& byte : image.bytes()) byte = level;
  return image;
}

// One of many small pictures of two colours.
Image Tiny(int number) {
  Image image(2, 1, 1);
  image.bytes()[0] = static_cast<uint8_t>(number);
  image.bytes()[1] = static_cast<uint8_t>(number + 128);
  return image;
}

// Pictures one interval after the other, by the stream's time and by the clock.
class Camera {
 public:
  explicit Camera(const LearningGateOptions& options = {}, Duration interval = kInterval)
      : gate(options), interval_(interval) {}

  Frame Show(Image image, Duration late = Duration::zero(),
             Discontinuity discontinuity = Discontinuity::kNone) {
    Frame frame;
    frame.image = std::move(image);
    frame.presentation_time = time_;
    frame.discontinuity = discontinuity;
    gate.Judge(frame, Instant(seconds(1'000'000) + time_ + late));
    time_ += interval_;
    return frame;
  }

  LearningGate gate;

 private:
  Duration interval_;
  Duration time_{};
};

TEST(LearningGate, LetsWhatIsNewThrough) {
  Camera camera;
  for (uint64_t i = 0; i < 200; ++i) {
    const Frame frame = camera.Show(Picture(i));
    EXPECT_EQ(frame.gate, GateVerdict::kOpen);
    EXPECT_EQ(frame.discontinuity, Discontinuity::kNone);
  }
}

TEST(LearningGate, ADuplicateIsNoCut) {
  Camera camera;
  camera.Show(Picture(1));
  EXPECT_EQ(camera.Show(Picture(1)).gate, GateVerdict::kDuplicate);
  const Frame next = camera.Show(Picture(2));
  EXPECT_EQ(next.gate, GateVerdict::kOpen);
  EXPECT_EQ(next.discontinuity, Discontinuity::kNone);
  EXPECT_EQ(camera.gate.counts().duplicate, 1);
}

TEST(LearningGate, OneBitMakesAnotherPicture) {
  Camera camera;
  Image image = Picture(1);
  camera.Show(image);
  image.bytes()[4321] ^= 1;
  EXPECT_EQ(camera.Show(image).gate, GateVerdict::kOpen);
}

TEST(LearningGate, TheSameForLongIsFrozenAndEndsWithACut) {
  Camera camera({.frozen = seconds(2)});
  camera.Show(Picture(1));
  for (int i = 1; i < 50; ++i) EXPECT_EQ(camera.Show(Picture(1)).gate, GateVerdict::kDuplicate);
  EXPECT_EQ(camera.Show(Picture(1)).gate, GateVerdict::kFrozen);
  const Frame next = camera.Show(Picture(2));
  EXPECT_EQ(next.gate, GateVerdict::kOpen);
  EXPECT_EQ(next.discontinuity, Discontinuity::kGap);
  EXPECT_EQ(camera.Show(Picture(3)).discontinuity, Discontinuity::kNone);
  EXPECT_EQ(camera.gate.counts().duplicate, 49);
  EXPECT_EQ(camera.gate.counts().frozen, 1);
}

TEST(LearningGate, OneColourIsAPlaceholderWhicheverItIs) {
  for (const int channels : {1, 3}) {
    for (const int level : {0, 16, 128, 255}) {
      Camera camera;
      EXPECT_EQ(camera.Show(OneColour(static_cast<uint8_t>(level), channels)).gate,
                GateVerdict::kPlaceholder);
      EXPECT_EQ(camera.Show(Picture(1, channels)).discontinuity, Discontinuity::kGap);
    }
  }
}

TEST(LearningGate, APlaceholderMayHaveNoiseAndASmallText) {
  Image image = OneColour(128);
  Rng rng(1);
  for (uint8_t& byte : image.bytes()) byte = static_cast<uint8_t>(125 + rng.Below(7));
  const auto write = [&](int pixels) {
    for (int i = 0; i < 3 * pixels; ++i) image.bytes()[static_cast<size_t>(i)] = 255;
  };
  write(64 * 48 * 19 / 1000);
  EXPECT_EQ(Camera().Show(image).gate, GateVerdict::kPlaceholder);
  write(64 * 48 * 21 / 1000);
  EXPECT_EQ(Camera().Show(image).gate, GateVerdict::kOpen);
}

// Two colours of the same brightness are a picture.
TEST(LearningGate, ColoursAreLookedAtOneByOne) {
  Image image(64, 48, 3);
  for (size_t i = 0; i < image.bytes().size(); ++i) image.bytes()[i] = i / 3 % 2 == i % 3 ? 90 : 9;
  EXPECT_EQ(Camera().Show(image).gate, GateVerdict::kOpen);
}

TEST(LearningGate, WhatComesLateIsStaleUntilItIsInTimeAgain) {
  Camera camera({.stale = seconds(3)});
  uint64_t picture = 0;
  const auto show = [&](Duration late) { return camera.Show(Picture(++picture), late); };
  EXPECT_EQ(show(seconds(1)).gate, GateVerdict::kOpen);  // nobody knows how late that is
  EXPECT_EQ(show(Duration::zero()).gate, GateVerdict::kOpen);
  EXPECT_EQ(show(milliseconds(2900)).gate, GateVerdict::kOpen);
  EXPECT_EQ(show(milliseconds(3100)).gate, GateVerdict::kStale);
  EXPECT_EQ(show(milliseconds(9000)).gate, GateVerdict::kStale);
  const Frame caught_up = show(milliseconds(100));
  EXPECT_EQ(caught_up.gate, GateVerdict::kOpen);
  EXPECT_EQ(caught_up.discontinuity, Discontinuity::kGap);
  EXPECT_EQ(camera.gate.counts().stale, 2);
}

TEST(LearningGate, ADamagedPictureDoesNotMakeWhatIsLateFresh) {
  Camera camera({.stale = seconds(3)});
  camera.Show(Picture(1));
  EXPECT_EQ(camera.Show(Picture(2), seconds(8), Discontinuity::kGap).gate, GateVerdict::kStale);
  EXPECT_EQ(camera.Show(Picture(3), seconds(8)).gate, GateVerdict::kStale);
  EXPECT_EQ(camera.Show(Picture(4), seconds(8), Discontinuity::kReconnect).gate,
            GateVerdict::kOpen);
}

// Pictures of which not all were learned from, of so many.
int64_t StaleOf(Camera& camera, int pictures, const std::function<Duration(int)>& late) {
  const int64_t before = camera.gate.counts().stale;
  for (int i = 0; i < pictures; ++i) camera.Show(Tiny(i), late(i));
  return camera.gate.counts().stale - before;
}

// 25 pictures a second; a minute is 1500 of them.
TEST(LearningGate, WhatArrivesDamagedIsKeptBackAndEndsWithACut) {
  LearningGate gate({});
  Frame frame;
  for (uint64_t number = 0; number < 6; ++number) {
    frame.image = Picture(number);
    frame.concealed = number == 2 || number == 3;
    frame.discontinuity = Discontinuity::kNone;
    gate.Judge(frame, Instant(kInterval * number));
    EXPECT_EQ(frame.gate, frame.concealed ? GateVerdict::kConcealed : GateVerdict::kOpen);
    EXPECT_EQ(frame.discontinuity, number == 4 ? Discontinuity::kGap : Discontinuity::kNone);
  }
  EXPECT_EQ(gate.counts().concealed, 2);
}

TEST(LearningGate, AClockThatIsSetCostsAMinuteAtMost) {
  for (const Duration step : {Duration(seconds(60)), Duration(-seconds(3600))}) {
    Camera camera;
    camera.Show(Tiny(0));
    camera.Show(Tiny(1), step);  // of one picture alone, or of all from here on
    EXPECT_LE(StaleOf(camera, 100'000, [&](int) { return std::max(step, Duration()); }), 1502);
  }
}

// It says 25 pictures a second and sends ten: by its own time it falls behind for ever.
TEST(LearningGate, WhoseTimesSayNothingIsNotStaleForEver) {
  Camera camera;
  EXPECT_LE(StaleOf(camera, 100'000, [](int i) { return i * milliseconds(60); }), 1502);
  EXPECT_EQ(StaleOf(camera, 1000, [](int) { return seconds(9000); }), 0);
}

// A camera whose clock loses a ten-thousandth falls back by nine seconds a day.
TEST(LearningGate, AClockThatGoesSlowlyWrongCostsAMinuteOfAConnectionAtMost) {
  Camera camera({.stale = seconds(1)});
  const auto late = [](int i) {
    return std::chrono::duration_cast<Duration>(i * kInterval * 1e-3);
  };
  EXPECT_LE(StaleOf(camera, 100'000, late), 1502);
}

TEST(LearningGate, TwoPicturesFarApartAreNotFrozen) {
  Camera camera({.frozen = seconds(2)}, seconds(10));
  EXPECT_EQ(camera.Show(Picture(1)).gate, GateVerdict::kOpen);
  EXPECT_EQ(camera.Show(Picture(1)).gate, GateVerdict::kDuplicate);
  EXPECT_EQ(camera.Show(Picture(1)).gate, GateVerdict::kDuplicate);
  EXPECT_EQ(camera.Show(Picture(1)).gate, GateVerdict::kFrozen);
}

// Held up here, and not by the camera.
TEST(LearningGate, WhoIsReadLateIsNotFrozen) {
  Camera camera({.frozen = seconds(2), .stale = Duration::max()});
  camera.Show(Picture(1));
  EXPECT_EQ(camera.Show(Picture(1), seconds(30)).gate, GateVerdict::kDuplicate);
}

TEST(LearningGate, AnotherSizeIsAnotherPicture) {
  Camera camera;
  camera.Show(Picture(1));
  Image small(2, 2, 1);
  small.bytes()[0] = 255;
  EXPECT_EQ(camera.Show(small).gate, GateVerdict::kOpen);
}

}  // namespace
}  // namespace hypnos

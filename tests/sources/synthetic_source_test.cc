#include "hypnos/sources/synthetic_source.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "sources/read_all.h"

namespace hypnos {
namespace {

using Options = SyntheticSourceOptions;
using Scene = Options::Scene;

const SourceIdentity kToy = {.name = "toy"};

std::vector<Image> Images(const Options& options, size_t count) {
  const auto source = Must(OpenSyntheticSource(kToy, options));
  return ReadAll(source.get(), count).Each([](const Frame& frame) { return frame.image; });
}

double Difference(const Image& a, const Image& b) {
  double sum = 0;
  for (size_t i = 0; i < a.bytes().size(); ++i) sum += std::abs(a.bytes()[i] - b.bytes()[i]);
  return sum;
}

double Brightness(const Image& image) {
  double sum = 0;
  for (const uint8_t byte : image.bytes()) sum += byte;
  return sum / static_cast<double>(image.bytes().size());
}

TEST(SyntheticSource, GivesAsManyFramesAsAskedAtTheRate) {
  for (const Scene scene : {Scene::kPotato, Scene::kGlyphs}) {
    const auto source =
        Must(OpenSyntheticSource(kToy, {.scene = scene, .frame_rate_hz = 10, .frames = 3}));
    EXPECT_EQ(source->frame_count(), 3);
    EXPECT_FALSE(source->live());
    const Seen seen = ReadAll(source.get());
    EXPECT_EQ(seen.Indices(), Counting(int64_t{3}));
    EXPECT_EQ(seen.Milliseconds(), (std::vector<int64_t>{0, 100, 200}));
    EXPECT_EQ(seen.frames[0].discontinuity, Discontinuity::kStart);
  }
}

TEST(SyntheticSource, GoesOnForEver) {
  const auto source = Must(
      OpenSyntheticSource(kToy, {.scene = Scene::kGlyphs, .width = 8, .height = 8, .frames = 0}));
  EXPECT_EQ(source->frame_count(), std::nullopt);
  EXPECT_EQ(ReadAll(source.get(), 2000).frames.size(), 2000u);
}

TEST(SyntheticSource, GivesTheSameBitsAgain) {
  for (const Scene scene : {Scene::kPotato, Scene::kGlyphs}) {
    EXPECT_EQ(Images({.scene = scene}, 5), Images({.scene = scene}, 5));
  }
}

TEST(SyntheticSource, ShapeSelectsAnother) {
  for (const Scene scene : {Scene::kPotato, Scene::kGlyphs}) {
    EXPECT_NE(Images({.scene = scene, .shape = 1}, 1), Images({.scene = scene, .shape = 2}, 1));
  }
}

TEST(Potato, IsBackAfterOneTurnAndNotBefore) {
  constexpr double kRate = 0.5;
  for (size_t frames = 2; frames <= 8; ++frames) {
    const auto images = Images(
        {.frame_rate_hz = kRate * static_cast<double>(frames), .revolutions_per_second = kRate},
        frames + 1);
    EXPECT_EQ(images[0], images[frames]) << frames << " frames a turn";
    EXPECT_NE(images[0], images[1]) << "it turns " << frames << " times as fast";
  }
}

// Else eleven turns in the time of one would look the same to the test before.
TEST(Potato, MovesLittleInAHundredthOfATurn) {
  const auto images = Images({.frame_rate_hz = 100, .revolutions_per_second = 1}, 11);
  EXPECT_LT(Difference(images[0], images[1]), Difference(images[0], images[10]) / 3);
}

TEST(Potato, StandsStillWithoutRevolutions) {
  const auto images = Images({.revolutions_per_second = 0}, 2);
  EXPECT_EQ(images[0], images[1]);
}

TEST(Potato, LiesInsideThePictureLighterThanItsBackground) {
  for (uint64_t shape = 1; shape <= 8; ++shape) {
    for (const Image& image : Images({.frame_rate_hz = 4, .shape = shape}, 8)) {
      const size_t row = static_cast<size_t>(image.width()) * 3;
      const auto red = [&](size_t y, size_t x) { return image.bytes()[y * row + x * 3 + 2]; };
      EXPECT_GT(red(32, 32), 45) << "the potato in the middle";
      for (size_t i = 0; i < 64; ++i) {
        for (const uint8_t edge : {red(0, i), red(63, i), red(i, 0), red(i, 63)}) {
          EXPECT_LT(edge, 40) << "background at the edges";
        }
      }
    }
  }
}

TEST(Glyphs, MoveAndStayInsideThePicture) {
  const auto images = Images({.scene = Scene::kGlyphs, .frames = 0, .glyphs = 1}, 300);
  double least = 255;
  double most = 0;
  for (const Image& image : images) {
    least = std::min(least, Brightness(image));
    most = std::max(most, Brightness(image));
  }
  EXPECT_NE(images[0], images[1]);
  EXPECT_GT(least, 0.95 * most) << "as much ink in every frame: none runs over the edge";
}

TEST(Glyphs, HaveSmoothEdges) {
  const auto images = Images({.scene = Scene::kGlyphs}, 1);
  const std::set<uint8_t> shades(images[0].bytes().begin(), images[0].bytes().end());
  EXPECT_GT(shades.size(), 20u);
}

TEST(SyntheticSource, RefusesOptionsOutOfRangeByName) {
  const auto complaint = [](const Options& options) {
    return OpenSyntheticSource(kToy, options).error().message;
  };
  EXPECT_EQ(complaint({.width = 7}), "source 'toy': width must be from 8 to 4096");
  EXPECT_EQ(complaint({.height = 5000}), "source 'toy': height must be from 8 to 4096");
  EXPECT_EQ(complaint({.frame_rate_hz = 0}), "source 'toy': frame_rate_hz must be above 0");
  EXPECT_EQ(complaint({.revolutions_per_second = -1}),
            "source 'toy': revolutions_per_second must be from 0 to 100");
  EXPECT_EQ(complaint({.glyphs = 0}), "source 'toy': glyphs must be from 1 to 64");
}

}  // namespace
}  // namespace hypnos

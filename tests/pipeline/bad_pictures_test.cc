// Pictures of which all is bad at once: each is one event, or none where it comes slowly.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "pipeline/novel.h"

namespace hypnos {
namespace {

constexpr int kWidth = 64;
constexpr int kHeight = 48;
constexpr int64_t kUsual = 320;  // frames, ten a second
constexpr int64_t kBad = 200;

class NewsRecorder final : public PipelineObserver {
 public:
  void OnNovelty(const NoveltyNews& news) override {
    if (news.what == NoveltyNews::What::kBegin) begun.push_back(news.event);
  }
  std::vector<NoveltyEvent> begun;
};

// What becomes of a picture so many frames after it began; `rng`: of the frame.
using Ruin = std::function<void(int64_t since, Rng& rng, Image& image)>;

std::vector<NoveltyEvent> EventsOf(const Ruin& ruin) {
  PipelineOptions options = NovelPipeline();
  options.novelty->options.events.begin_score = 3;
  NewsRecorder recorder;
  const SystemClock clock;
  Pipeline pipeline(options, clock, recorder);
  std::vector<Frame> clip;
  for (int64_t i = 0; i < kUsual + kBad; ++i) {
    clip.push_back(MakeFrame(i, kWidth, kHeight));
    Rng rng = Rng(11).Fork(std::to_string(i));
    if (i >= kUsual) ruin(i - kUsual, rng, clip.back().image);
  }
  FrameQueue queue(clip.size() + 1, OnFull::kBlock);
  Fill(queue, std::move(clip));
  HYPNOS_CHECK(pipeline.Run(queue).ok());
  return recorder.begun;
}

// Of each pixel what becomes of it.
void Each(Image& image, const std::function<double(int x, int y, double was)>& become) {
  for (int y = 0; y < image.height(); ++y) {
    for (int x = 0; x < image.width(); ++x) {
      const int at = y * image.width() + x;
      uint8_t& pixel = image.bytes()[static_cast<size_t>(at)];
      pixel = static_cast<uint8_t>(std::clamp(become(x, y, pixel), 0.0, 255.0));
    }
  }
}

void ExpectOne(const std::vector<NoveltyEvent>& begun, NoveltyKind kind, double within_seconds) {
  ASSERT_EQ(begun.size(), 1u);
  EXPECT_EQ(begun[0].kind, kind);
  const double began = Seconds(begun[0].begin) - 0.1 * static_cast<double>(kUsual);
  EXPECT_GE(began, 0);
  EXPECT_LE(began, within_seconds);
}

TEST(BadPictures, WhatGoesOnAsItWasIsNoEvent) {
  EXPECT_TRUE(EventsOf([](int64_t, Rng&, Image&) {}).empty());
}

TEST(BadPictures, AFrozenPictureIsToldOnce) {
  const Image last = MakeFrame(kUsual - 1, kWidth, kHeight).image;
  ExpectOne(EventsOf([&](int64_t, Rng&, Image& image) { image = last; }), NoveltyKind::kStandsStill,
            2.25);
}

// Frozen behind an encoder: all but the same picture, and every two seconds a key frame that is
// encoded anew.
TEST(BadPictures, AFrozenPictureThatIsEncodedAgainIsToldOnce) {
  const Image last = MakeFrame(kUsual - 1, kWidth, kHeight).image;
  ExpectOne(EventsOf([&](int64_t since, Rng&, Image& image) {
              image = last;
              const int64_t key = since / 20;
              image.bytes()[static_cast<size_t>(since % 2)] ^= 1;
              Each(image, [&](int x, int y, double was) { return was + ((x + y + key) % 8 == 0); });
            }),
            NoveltyKind::kStandsStill, 4);
}

TEST(BadPictures, ALensCapIsOneChangedScene) {
  ExpectOne(EventsOf([](int64_t, Rng& rng, Image& image) {
              Each(image, [&](int, int, double) { return static_cast<double>(rng.Below(3)); });
            }),
            NoveltyKind::kSceneChanged, 0.35);
}

TEST(BadPictures, ALightThatIsSwitchedIsOneChangedScene) {
  ExpectOne(EventsOf([](int64_t, Rng&, Image& image) {
              Each(image, [](int, int, double was) { return 1.3 * was + 30; });
            }),
            NoveltyKind::kSceneChanged, 0.35);
}

// It shakes for a second, and shows something else from then on.
TEST(BadPictures, ACameraThatIsKnockedIsOneChangedScene) {
  ExpectOne(EventsOf([](int64_t since, Rng& rng, Image& image) {
              const auto shake = since < 10 ? static_cast<double>(rng.Below(16)) : 0.0;
              Each(image, [&](int x, int y, double was) {
                return was + 60 * std::sin(0.7 * (x + shake)) * std::cos(0.5 * y + shake);
              });
            }),
            NoveltyKind::kSceneChanged, 0.35);
}

TEST(BadPictures, RainIsOneChangedScene) {
  ExpectOne(EventsOf([](int64_t, Rng& rng, Image& image) {
              for (int drop = 0; drop < 150; ++drop) {
                const auto x = rng.Below(kWidth);
                const auto y = rng.Below(kHeight - 5);
                for (uint64_t along = 0; along < 5; ++along) {
                  image.bytes()[(y + along) * kWidth + x] = 220;
                }
              }
            }),
            NoveltyKind::kSceneChanged, 0.35);
}

// Blocks of a few grey levels, for a second.
TEST(BadPictures, ABurstOfCompressionNoiseIsOneChangedScene) {
  ExpectOne(EventsOf([](int64_t since, Rng& rng, Image& image) {
              if (since >= 10) return;
              std::vector<double> blocks(48);
              for (double& block : blocks) block = static_cast<double>(rng.Below(160)) - 80;
              Each(image, [&](int x, int y, double was) {
                const int block = y / 8 * 8 + x / 8;
                return was + blocks[static_cast<size_t>(block)];
              });
            }),
            NoveltyKind::kSceneChanged, 0.35);
}

// It grows dark over fifteen seconds, and noisy, as cameras are then.
TEST(BadPictures, NightThatFallsIsNoThousandEvents) {
  const auto begun = EventsOf([](int64_t since, Rng& rng, Image& image) {
    const double light = 1 - 0.9 * std::min(1.0, static_cast<double>(since) / 150);
    Each(image, [&](int, int, double was) {
      return light * was + (1 - light) * static_cast<double>(rng.Below(8));
    });
  });
  EXPECT_LE(begun.size(), 1u);
}

}  // namespace
}  // namespace hypnos

#include "novelty/signals.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "hypnos/base/rng.h"
#include "support/memory_archive.h"

namespace hypnos {
namespace {

constexpr size_t kRows = 6;
constexpr size_t kColumns = 8;
constexpr size_t kPlaces = kRows * kColumns;
constexpr size_t kOdd = 20;

// Something small moves about and surprises a little; the second figure is that of a frame before.
class Scene {
 public:
  void Next() {
    const std::vector<float> before = now_;
    for (size_t i = 0; i < kPlaces; ++i) {
      change_[i] = rng_.Uniform() < 0.2f ? 1 + rng_.Uniform() : 0.01f * rng_.Uniform();
      now_[i] = rng_.Uniform();
    }
    late_ = before;
  }
  void PutOddNow() { change_[kOdd] = 2, now_[kOdd] = 20; }

  NoveltyFrame Frame(bool learn, size_t lag) {
    maps_ = {{now_}, {late_, lag}};
    return {
        .rows = kRows, .columns = kColumns, .surprises = maps_, .change = change_, .learn = learn};
  }
  NoveltyFrame FirstOnly() {
    maps_ = {{now_}};
    return {.rows = kRows, .columns = kColumns, .surprises = maps_, .change = change_};
  }

 private:
  Rng rng_{5};
  std::vector<float> change_ = std::vector<float>(kPlaces);
  std::vector<float> now_ = std::vector<float>(kPlaces);
  std::vector<float> late_ = std::vector<float>(kPlaces);
  std::vector<SurpriseMap> maps_;
};

const CalibrationOptions kOptions{.reach = 0, .persistence_frames = 1};

class SignalsOf : public testing::Test {
 protected:
  void Watch(int frames, size_t lag = 1) {
    for (int i = 0; i < frames; ++i) {
      scene_.Next();
      signals_.Judge(scene_.Frame(true, lag), 0.999, 1);
    }
  }
  // z where something odd was there for one frame, so many frames later.
  float JudgeOdd(size_t frames_later, size_t lag) {
    scene_.Next();
    scene_.PutOddNow();
    float z = signals_.Judge(scene_.Frame(false, lag), 1, 1)[kOdd];
    for (size_t i = 0; i < frames_later; ++i) {
      scene_.Next();
      z = signals_.Judge(scene_.Frame(false, lag), 1, 1)[kOdd];
    }
    return z;
  }

  Scene scene_;
  Signals signals_{kOptions};
};

TEST_F(SignalsOf, OneAloneIsItsCalibration) {
  Calibration alone(kOptions);
  for (int i = 0; i < 100; ++i) {
    scene_.Next();
    const NoveltyFrame frame = scene_.FirstOnly();
    const auto z = signals_.Judge(frame, 0.99, 1);
    const auto same = alone.Judge({.rows = kRows,
                                   .columns = kColumns,
                                   .surprise = frame.surprises.front().values,
                                   .change = frame.change},
                                  0.99);
    ASSERT_TRUE(std::ranges::equal(z, same)) << i;
  }
}

// Where the second one speaks of the frame before, and what changed there has gone since.
TEST_F(SignalsOf, WhatSpeaksOfAMomentAgoIsWeightedByWhatChangedThen) {
  std::vector<float> z;
  for (const size_t lag : {1, 0}) {
    scene_ = Scene();
    signals_ = Signals(kOptions);
    Watch(500, lag);
    z.push_back(JudgeOdd(1, lag));
  }
  EXPECT_GT(z[0], 3);
  EXPECT_LT(z[1], z[0] / 3);
}

TEST_F(SignalsOf, EachIsJudgedInItsOwnUnits) {
  Watch(500);
  const float both = JudgeOdd(0, 1);
  Signals scaled(kOptions);
  Scene scene;
  std::vector<float> thousandfold;
  const auto judge = [&](bool learn) {
    NoveltyFrame frame = scene.Frame(learn, 1);
    thousandfold.assign(frame.surprises[1].values.begin(), frame.surprises[1].values.end());
    for (float& value : thousandfold) value *= 1024;
    const std::vector<SurpriseMap> maps = {frame.surprises[0], {thousandfold, 1}};
    frame.surprises = maps;
    return scaled.Judge(frame, learn ? 0.999 : 1, 1)[kOdd];
  };
  for (int i = 0; i < 500; ++i) {
    scene.Next();
    judge(true);
  }
  scene.Next();
  scene.PutOddNow();
  EXPECT_NEAR(judge(false), both, 0.05 * both);
}

TEST_F(SignalsOf, AfterACutWhatIsLateSaysNothingAtFirst) {
  Watch(500);
  signals_.Cut();
  Signals first(kOptions);
  // The same history, of which the late one's last word is left out.
  MemorySaver saver;
  signals_.ExchangeState(saver);
  MemoryLoader loader(saver.saved());
  first.ExchangeState(loader);
  ASSERT_TRUE(loader.status().ok());
  scene_.Next();
  scene_.PutOddNow();
  const float once = signals_.Judge(scene_.Frame(false, 1), 1, 1)[kOdd];
  // Whatever it says.
  Scene other = scene_;
  NoveltyFrame frame = other.Frame(false, 1);
  const std::vector<float> absurd(kPlaces, 1e6f);
  const std::vector<SurpriseMap> maps = {frame.surprises[0], {absurd, 1}};
  frame.surprises = maps;
  EXPECT_EQ(first.Judge(frame, 1, 1)[kOdd], once);
}

TEST_F(SignalsOf, OthersThanBeforeBeginAnew) {
  Watch(300);
  scene_.Next();
  const auto z = signals_.Judge(scene_.FirstOnly(), 1, 1);
  EXPECT_TRUE(std::ranges::all_of(z, [](float value) { return value == 0; }));
}

TEST_F(SignalsOf, OnesThatAreLoadedGoOnBitForBit) {
  Watch(200, 2);
  MemorySaver saver;
  signals_.ExchangeState(saver);
  MemoryLoader loader(saver.saved());
  Signals loaded(kOptions);
  loaded.ExchangeState(loader);
  ASSERT_TRUE(loader.status().ok());
  for (int i = 0; i < 5; ++i) {
    scene_.Next();
    const NoveltyFrame frame = scene_.Frame(true, 2);
    const auto z = signals_.Judge(frame, 0.999, 1);
    const std::vector<float> kept(z.begin(), z.end());
    EXPECT_TRUE(std::ranges::equal(kept, loaded.Judge(frame, 0.999, 1))) << i;
  }
}

}  // namespace
}  // namespace hypnos

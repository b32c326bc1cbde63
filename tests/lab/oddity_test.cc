#include "lab/oddity.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "lab/oddity_tally.h"

namespace hypnos::lab {
namespace {

constexpr int kWidth = 24;
constexpr int kHeight = 16;
constexpr double kRateHz = 10;
constexpr OddityPlan kPlan = {
    .warm_up_seconds = 5, .apart_seconds = 20, .lasts_seconds = 2, .times = 2};

// Of one shade, which says which it is; a line at the top.
std::vector<Image> Clip(int pictures) {
  std::vector<Image> clip;
  for (int i = 0; i < pictures; ++i) {
    Image& image = clip.emplace_back(kWidth, kHeight, 1);
    std::ranges::fill(image.bytes(), static_cast<uint8_t>(i));
    std::ranges::fill(image.bytes().first(kWidth), uint8_t{255});
  }
  return clip;
}

int NumberOf(const Image& image) {
  return image.bytes()[static_cast<size_t>(kWidth) * kHeight / 2 - kWidth];
}

std::vector<Frame> All() {
  OddSource source(Clip(200), kRateHz, kPlan, Rng(1));
  std::vector<Frame> frames;
  while (true) {
    FrameOrEnd next = source.Next().value();
    if (std::holds_alternative<EndOfStream>(next)) return frames;
    frames.push_back(std::get<Frame>(std::move(next)));
  }
}

class OddFrames : public ::testing::Test {
 protected:
  // Those of the first such moment.
  std::vector<Frame> Of(Oddity oddity) const {
    const auto moments = MomentsOf(kPlan);
    const auto moment = std::ranges::find(moments, oddity, &OddMoment::oddity);
    std::vector<Frame> found;
    for (const Frame& frame : frames_) {
      const Duration time = frame.presentation_time;
      if (time >= moment->begin && time < moment->end) found.push_back(frame);
    }
    return found;
  }
  // From each frame to the next.
  std::vector<int> Steps(Oddity oddity) const {
    const std::vector<Frame> frames = Of(oddity);
    std::vector<int> steps;
    for (size_t i = 1; i < frames.size(); ++i) {
      if (frames[i].discontinuity != Discontinuity::kNone) continue;
      steps.push_back(NumberOf(frames[i].image) - NumberOf(frames[i - 1].image));
    }
    return steps;
  }
  static int Changed(const Image& image) {
    return static_cast<int>(image.bytes().size()) -
           static_cast<int>(std::ranges::count(image.bytes().subspan(kWidth),
                                               static_cast<uint8_t>(NumberOf(image)))) -
           kWidth;
  }

  const std::vector<Frame> frames_ = All();
};

TEST_F(OddFrames, AreThoseOfTheClipRoundAfterRound) {
  EXPECT_EQ(frames_.front().discontinuity, Discontinuity::kStart);
  EXPECT_EQ(frames_.size(), 2650u);
  EXPECT_EQ(NumberOf(frames_[199].image), 199);
  EXPECT_EQ(NumberOf(frames_[200].image), 0);
  EXPECT_EQ(frames_[200].discontinuity, Discontinuity::kLoop);
  EXPECT_GT(frames_[200].presentation_time, frames_[199].presentation_time);
}

TEST_F(OddFrames, MoveBackwardsAndThreeTimesAsFastAndNotAtAll) {
  const auto all_are = [](const std::vector<int>& steps, int step) {
    return steps.size() > 15 && std::ranges::all_of(steps, [step](int s) { return s == step; });
  };
  EXPECT_TRUE(all_are(Steps(Oddity::kBackwards), -1));
  EXPECT_TRUE(all_are(Steps(Oddity::kHurried), 3));
  EXPECT_TRUE(all_are(Steps(Oddity::kFrozen), 0));
  EXPECT_TRUE(all_are(Steps(Oddity::kUpsideDown), 1));
}

TEST_F(OddFrames, AreTurnedUpsideDown) {
  for (const Frame& frame : Of(Oddity::kUpsideDown)) {
    EXPECT_EQ(frame.image.bytes().back(), 255);
    EXPECT_NE(frame.image.bytes().front(), 255);
  }
}

TEST_F(OddFrames, HaveSomethingThatStandsOrCrosses) {
  const std::vector<Frame> standing = Of(Oddity::kPatch);
  for (const Frame& frame : standing) EXPECT_GT(Changed(frame.image), 0);
  const std::vector<Frame> crossing = Of(Oddity::kCrossing);
  EXPECT_GT(Changed(crossing[crossing.size() / 2].image), 0);
  EXPECT_NE(crossing[5].image, crossing[10].image);
}

TEST(Oddities, ComeInTurns) {
  const auto moments = MomentsOf(kPlan);
  ASSERT_EQ(moments.size(), 12u);
  EXPECT_EQ(moments[0].begin, std::chrono::seconds(25));
  EXPECT_EQ(moments[6].oddity, moments[0].oddity);
  EXPECT_EQ(LengthOf(kPlan), std::chrono::seconds(265));
}

NoveltyNews BegunAt(double seconds) {
  NoveltyNews news;
  news.event.begin = FromSeconds(seconds);
  news.event.last = FromSeconds(seconds + 0.5);
  return news;
}

TEST(OddityTallies, CountWhatIsFoundAndWhatIsNot) {
  OddityTally tally(kPlan);
  tally.OnNovelty(BegunAt(26));   // the first patch
  tally.OnNovelty(BegunAt(28));   // once more
  tally.OnNovelty(BegunAt(35));   // its aftermath
  tally.OnNovelty(BegunAt(40));   // of nothing
  tally.OnNovelty(BegunAt(146));  // the second patch
  NoveltyNews end = BegunAt(66);
  end.what = NoveltyNews::What::kEnd;
  tally.OnNovelty(end);
  FrameReport report;
  report.novelty.emplace().score = 4;
  report.presentation_time = FromSeconds(26);
  tally.OnFrame(report);
  const auto patch = tally.Sum(Oddity::kPatch);
  EXPECT_EQ(patch.times, 2);
  EXPECT_EQ(patch.found, 2);
  EXPECT_DOUBLE_EQ(patch.delay_seconds, 1.5);
  EXPECT_DOUBLE_EQ(patch.score, 2);
  EXPECT_EQ(tally.Sum(Oddity::kBackwards).found, 0);
  // One in 260 - 12 x 12 s.
  EXPECT_NEAR(tally.false_alarms_per_hour(), 3600.0 / 116, 1e-9);
}

}  // namespace
}  // namespace hypnos::lab

#include "sinks/event_reel.h"

#include <gtest/gtest.h>

#include "hypnos/imaging/codecs.h"

namespace hypnos {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Brighter with each frame.
Image ImageOf(int number, int width = 40, int height = 30) {
  Image image(width, height, 1);
  for (uint8_t& byte : image.bytes()) byte = static_cast<uint8_t>(number);
  return image;
}

int BrightnessOf(const Image& image) { return image.empty() ? -1 : image.bytes()[0]; }

EventRecorderOptions Options() {
  EventRecorderOptions options;
  options.folder = "events";
  options.before = seconds(2);
  options.after = seconds(1);
  options.longest = seconds(10);
  options.frame_rate_hz = 5;
  options.width = 20;
  return options;
}

// Ten frames a second.
class Reel : public ::testing::Test {
 protected:
  void Show(int frames) {
    for (int i = 0; i < frames; ++i) {
      reel_.Add(time(), ImageOf(next_), now_);
      ++next_;
    }
  }
  // Of the frame that comes next.
  Duration time() const { return milliseconds(100) * next_; }
  void Tell(EventNews::What what, uint64_t id, Duration begin, Duration peak, Duration end) {
    EventNews news;
    news.what = what;
    news.notice.id = id;
    news.begin = begin;
    news.peak_time = peak;
    news.end = end;
    reel_.Tell(news, now_);
  }
  void Begin(uint64_t id) { Tell(EventNews::What::kBegin, id, time(), time(), time()); }

  EventReel reel_{Options()};
  Instant now_{};
  int next_ = 0;
};

TEST_F(Reel, AClipIsOfWhatCameBeforeOfTheEventAndOfWhatCameAfter) {
  Show(100);
  const Duration begin = time();
  Begin(1);
  Show(10);
  const Duration end = time();
  Tell(EventNews::What::kEnd, 1, begin, begin, end);
  EXPECT_TRUE(reel_.TakeFinished().empty());
  Show(20);
  const auto clips = reel_.TakeFinished();
  ASSERT_EQ(clips.size(), 1u);
  const EventClip& clip = clips[0];
  EXPECT_TRUE(clip.whole);
  EXPECT_TRUE(clip.ended);
  EXPECT_NEAR(Seconds(begin - clip.first_time), 2, 0.3);
  // Two seconds before, one of it, one after, five a second, and both ends.
  EXPECT_NEAR(static_cast<double>(clip.frames.size()), 20, 2);
  EXPECT_EQ(clip.width, 20);
  EXPECT_EQ(clip.height, 15);
}

TEST_F(Reel, ThePictureIsOfThePeakAndAsLargeAsItCame) {
  Show(50);
  const Duration begin = time();
  Begin(1);
  Show(3);
  const Duration peak = time();
  const int brightness = next_;
  Tell(EventNews::What::kPeak, 1, begin, peak, peak);
  Show(5);
  Tell(EventNews::What::kEnd, 1, begin, peak, time());
  Show(20);
  const auto clips = reel_.TakeFinished();
  ASSERT_EQ(clips.size(), 1u);
  EXPECT_EQ(BrightnessOf(clips[0].picture), brightness);
  EXPECT_EQ(clips[0].picture.width(), 40);
  EXPECT_EQ(clips[0].picture_time, peak);
}

// An event is told once it has lasted: it may have been higher before that.
TEST_F(Reel, APeakOfBeforeItWasToldIsTakenFromWhatIsKept) {
  Show(50);
  const Duration peak = time() - milliseconds(400);
  Tell(EventNews::What::kBegin, 1, time() - milliseconds(600), peak, time());
  Show(1);
  const auto pictured = reel_.TakePictured();
  ASSERT_TRUE(pictured);
  EXPECT_EQ(pictured->id, 1u);
  EXPECT_NEAR(BrightnessOf(pictured->picture), 46, 2);
  EXPECT_FALSE(reel_.TakePictured());
}

// While a disk hangs frames are left out.
TEST_F(Reel, AFrameOfMinutesLaterIsNoPictureOfThePeak) {
  Begin(1);
  next_ += 1200;
  Show(1);
  EXPECT_FALSE(reel_.TakePictured());
  reel_.Finish();
  EXPECT_TRUE(reel_.TakeFinished().at(0).picture.empty());
}

TEST_F(Reel, WhatIsKeptOfThePeakIsItsPictureAlsoWhereTheNextFrameIsOfMinutesLater) {
  Show(50);
  Begin(1);
  next_ += 1200;
  Show(1);
  const auto pictured = reel_.TakePictured();
  ASSERT_TRUE(pictured);
  EXPECT_NEAR(BrightnessOf(pictured->picture), 49, 2);
}

TEST_F(Reel, APeakOfWhichNoFrameCameLeavesThePictureOfTheOneBefore) {
  const Duration begin = time();
  Begin(1);
  Show(1);
  ASSERT_TRUE(reel_.TakePictured());
  next_ += 100;
  Tell(EventNews::What::kPeak, 1, begin, time(), time());
  next_ += 1200;
  Show(1);
  EXPECT_FALSE(reel_.TakePictured());
  reel_.Finish();
  EXPECT_EQ(reel_.TakeFinished().at(0).picture_time, begin);
}

TEST_F(Reel, AnEventThatGoesOnOverACutHasAClipUpToIt) {
  Show(30);
  Begin(1);
  Show(10);
  reel_.Cut();
  Show(50);
  reel_.Finish();
  const auto clips = reel_.TakeFinished();
  ASSERT_EQ(clips.size(), 1u);
  EXPECT_FALSE(clips[0].whole);
  EXPECT_NEAR(static_cast<double>(clips[0].frames.size()), 15, 2);
}

TEST_F(Reel, ALongEventIsCutShortAndSaysSo) {
  Show(30);
  const Duration begin = time();
  Begin(1);
  Show(300);
  Tell(EventNews::What::kEnd, 1, begin, begin, time());
  Show(20);
  const auto clips = reel_.TakeFinished();
  ASSERT_EQ(clips.size(), 1u);
  EXPECT_FALSE(clips[0].whole);
  EXPECT_NEAR(static_cast<double>(clips[0].frames.size()), 60, 2);
}

TEST_F(Reel, NothingIsKeptOverACut) {
  Show(30);
  reel_.Cut();
  Show(2);
  const Duration begin = time();
  Begin(1);
  Show(5);
  Tell(EventNews::What::kEnd, 1, begin, begin, time());
  reel_.Cut();
  const auto clips = reel_.TakeFinished();
  ASSERT_EQ(clips.size(), 1u) << "what comes after a cut is not waited for";
  EXPECT_EQ(clips[0].first_time, milliseconds(3000));
}

TEST_F(Reel, TheNextEventEndsTheClipOfTheOneBefore) {
  Show(30);
  const Duration begin = time();
  Begin(1);
  Show(3);
  Tell(EventNews::What::kEnd, 1, begin, begin, time());
  Show(3);
  Begin(2);
  Show(3);
  auto clips = reel_.TakeFinished();
  ASSERT_EQ(clips.size(), 1u);
  EXPECT_EQ(clips[0].news.notice.id, 1u);
  reel_.Finish();
  clips = reel_.TakeFinished();
  ASSERT_EQ(clips.size(), 1u);
  EXPECT_EQ(clips[0].news.notice.id, 2u);
  EXPECT_FALSE(clips[0].ended);
}

TEST_F(Reel, ASourceThatShowsNothingMoreIsNotWaitedForForEver) {
  Show(30);
  const Duration begin = time();
  Begin(1);
  Show(3);
  Tell(EventNews::What::kEnd, 1, begin, begin, time());
  reel_.Wait(now_ + seconds(2));
  EXPECT_TRUE(reel_.TakeFinished().empty());
  reel_.Wait(now_ + seconds(4));
  EXPECT_EQ(reel_.TakeFinished().size(), 1u);
}

TEST_F(Reel, OfASourceThatIsGoneNothingIsKeptForLong) {
  Show(30);
  reel_.Wait(now_ + seconds(3));
  now_ += seconds(5);
  reel_.Wait(now_);
  Begin(1);
  Show(1);
  reel_.Finish();
  EXPECT_EQ(reel_.TakeFinished()[0].frames.size(), 1u);
}

TEST_F(Reel, APauseOfTheSourceIsAsLongInTheClipUpToWhatMemoryHolds) {
  Show(1);
  next_ += 10;
  Show(1);
  Begin(1);
  Show(1);
  reel_.Finish();
  const auto clips = reel_.TakeFinished();
  ASSERT_EQ(clips.size(), 1u);
  EXPECT_NEAR(static_cast<double>(clips[0].frames.size()), 6, 1);
}

TEST_F(Reel, APictureOfAnotherSizeBeginsAnew) {
  Show(30);
  reel_.Add(time(), ImageOf(1, 30, 30), now_);
  Begin(1);
  reel_.Add(time() + seconds(1), ImageOf(1, 30, 30), now_);
  reel_.Finish();
  const auto clips = reel_.TakeFinished();
  ASSERT_EQ(clips.size(), 1u);
  EXPECT_EQ(clips[0].height, 20);
  for (const auto& jpeg : clips[0].frames) {
    const auto* bytes = reinterpret_cast<const uint8_t*>(jpeg->data());
    EXPECT_EQ(DecodeImage({bytes, jpeg->size()})->height(), 20);
  }
}

TEST(ReelWithoutAFolder, KeepsThePictureAlone) {
  EventReel reel{EventRecorderOptions()};
  EventNews news;
  news.notice.id = 3;
  reel.Tell(news, {});
  news.what = EventNews::What::kEnd;
  reel.Tell(news, {});
  reel.Add({}, ImageOf(9), {});
  const auto pictured = reel.TakePictured();
  ASSERT_TRUE(pictured);
  EXPECT_EQ(BrightnessOf(pictured->picture), 9);
  const auto clips = reel.TakeFinished();
  ASSERT_EQ(clips.size(), 1u);
  EXPECT_TRUE(clips[0].frames.empty());
}

}  // namespace
}  // namespace hypnos

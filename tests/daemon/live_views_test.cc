// What followers are shown: pictures, units and dreams, made only where somebody follows.
#include "daemon/live_views.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/service_fixture.h"
#include "hypnos/imaging/codecs.h"

namespace hypnos {
namespace {

Image Decoded(const std::string& bytes) {
  const auto image = DecodeImage({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()});
  HYPNOS_CHECK(image.ok());
  return *image;
}

class LiveViewsTest : public testing::Test {
 protected:
  // Asks until there is what is waited for.
  control::Update Await(control::Topic topic,
                        const std::function<bool(const control::Update&)>& is) {
    while (true) {
      control::Update update = daemon.service.Sample({topic});
      if (is(update)) return update;
      usleep(5000);
    }
  }

  RunningDaemon daemon;
};

TEST_F(LiveViewsTest, ShowsWhatIsSeenExpectedAndSurprising) {
  daemon.Run();
  daemon.Watch(9);
  const auto update = Await(control::PICTURES, [](const auto& u) { return u.views_size() == 1; });
  const control::View& view = update.views(0);
  EXPECT_EQ(view.source(), "square");
  EXPECT_EQ(view.frame(), 8u);
  EXPECT_GT(view.time(), 0);
  const Image frame = Decoded(view.frame_jpeg());
  EXPECT_EQ(static_cast<uint32_t>(frame.width()), view.width());
  EXPECT_EQ(static_cast<uint32_t>(frame.height()), view.height());
  EXPECT_EQ(Decoded(view.prediction_jpeg()).width(), frame.width());
  const Image map = Decoded(view.surprise_png());
  EXPECT_EQ(map.width(), 4);
  EXPECT_EQ(map.height(), 3);
  EXPECT_EQ(view.surprise_width(), 4u);
  EXPECT_EQ(view.surprise_height(), 3u);
  EXPECT_EQ(view.surprise_brightest(), 1);
  EXPECT_EQ(update.units_size(), 0);
  EXPECT_FALSE(update.has_dream());
  daemon.Watch(1);
  Await(control::PICTURES, [](const auto& u) { return u.views(0).frame() == 9; });
}

TEST_F(LiveViewsTest, TellsTheActivityOfEachUnit) {
  daemon.Run();
  daemon.Watch(9);
  const auto update = Await(control::UNITS, [](const auto& u) { return u.units_size() == 2; });
  EXPECT_EQ(update.units(0).units(), 16u);
  EXPECT_EQ(update.units(0).means().size(), 16u);
  EXPECT_EQ(update.units(0).activity().layer(), 1u);
  EXPECT_GT(update.units(0).brightest(), 0);
  EXPECT_THAT(update.units(0).means(), testing::Contains('\xff'));
  EXPECT_EQ(update.units(1).means().size(), 12u);
  EXPECT_EQ(update.views_size(), 0);
}

TEST_F(LiveViewsTest, TellsDreamsWhileAsleep) {
  daemon.Run();
  daemon.Watch(9);
  EXPECT_FALSE(daemon.service.Sample({control::DREAMS}).has_dream());
  daemon.pipeline.Post(
      [](PipelineControl& control) { EXPECT_TRUE(control.SleepNow(1000000).ok()); });
  const auto first = Await(control::DREAMS, [](const auto& u) { return u.has_dream(); }).dream();
  EXPECT_EQ(first.number(), 1u);
  EXPECT_EQ(first.kind(), "dream");
  EXPECT_GE(first.frames_jpeg_size(), 1);
  EXPECT_LE(first.frames_jpeg_size(), 5);
  EXPECT_EQ(static_cast<uint32_t>(Decoded(first.frames_jpeg(0)).width()), first.width());
  const auto next =
      Await(control::DREAMS, [](const auto& u) { return u.dream().number() == 2; }).dream();
  EXPECT_GT(next.time(), first.time());
}

TEST_F(LiveViewsTest, HasNothingBeforeTheFirstFrame) {
  daemon.Run();
  EXPECT_EQ(
      daemon.service.Sample({control::PICTURES, control::UNITS, control::DREAMS}).views_size(), 0);
}

}  // namespace
}  // namespace hypnos

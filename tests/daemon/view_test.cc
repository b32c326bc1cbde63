// The map over a picture shows what is unusual where that is watched for, and where the prediction
// was off otherwise.
#include "daemon/view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "daemon/snapshot.h"
#include "hypnos/imaging/codecs.h"
#include "pipeline/novel.h"

namespace hypnos {
namespace {

Look LookAtEndOf(const PipelineOptions& options, std::vector<Frame> frames) {
  Watched run(options, std::move(frames));
  Look look;
  run.pipeline.Post(
      [&](PipelineControl& control) { look = control.TakeLook({.picture = true}).value(); });
  return look;
}

control::View ViewOf(const Look& look) {
  return ViewOf(look, VideoEncoderOptions::Colour::kGrey, WallTime());
}

Image MapOf(const control::View& view) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(view.surprise_png().data());
  return DecodeImage({bytes, view.surprise_png().size()}).value();
}

std::vector<std::string> NamesOf(const Look& look) {
  const control::SnapshotResponse snapshot = SnapshotOf(look, VideoEncoderOptions::Colour::kGrey);
  std::vector<std::string> names;
  for (const auto& picture : snapshot.pictures()) names.push_back(picture.name());
  return names;
}

TEST(View, ShowsWhereItIsUnusual) {
  const Look look = LookAtEndOf(NovelByError(), FlickeringClip(330, 320, 330));
  const control::View view = ViewOf(look);
  EXPECT_TRUE(view.surprise_is_novelty());
  EXPECT_EQ(view.surprise_width(), 4u);
  EXPECT_EQ(view.surprise_height(), 3u);
  // What flickers is at row 1, column 2.
  EXPECT_GT(MapOf(view).bytes()[3 * (4 * 1 + 2)], 200);
  EXPECT_THAT(NamesOf(look), ::testing::Contains("novelty"));
}

// Of which nothing can be said.
TEST(View, LaysNoMapOfAnotherSceneOverTheFirstFrameAfterACut) {
  std::vector<Frame> frames = FlickeringClip(330, 320, 330);
  frames.back().discontinuity = Discontinuity::kGap;
  const Look look = LookAtEndOf(NovelByError(), std::move(frames));
  EXPECT_TRUE(look.novelty.empty());
  EXPECT_TRUE(ViewOf(look).surprise_png().empty());
}

TEST(View, ShowsWhereThePredictionWasOffOtherwise) {
  PipelineOptions options = NovelByError();
  options.novelty.reset();
  const Look look = LookAtEndOf(options, MakeClip(30));
  EXPECT_TRUE(look.novelty.empty());
  const control::View view = ViewOf(look);
  EXPECT_FALSE(view.surprise_is_novelty());
  EXPECT_EQ(view.surprise_width(), 4u);
  EXPECT_THAT(NamesOf(look), ::testing::Not(::testing::Contains("novelty")));
}

}  // namespace
}  // namespace hypnos

#include "lab/online_video_cell.h"

#include <gtest/gtest.h>

#include "hypnos/base/check.h"
#include "hypnos/imaging/video_writer.h"
#include "support/temp_dir.h"

namespace hypnos::lab {
namespace {

class OnlineVideoCellTest : public ::testing::Test {
 protected:
  // A bright square that wanders.
  static Image Picture(int number) {
    Image image(32, 32, 3);
    const int left = number % 24, top = number / 2 % 24;
    for (int y = 0; y < 32; ++y) {
      for (int x = 0; x < 32; ++x) {
        const bool inside = x >= left && x < left + 8 && y >= top && y < top + 8;
        for (size_t c = 0; c < 3; ++c) {
          image.bytes()[static_cast<size_t>(y * 32 + x) * 3 + c] = inside ? 220 : 40;
        }
      }
    }
    return image;
  }

  OnlineVideoCellTest() {
    const auto writer = CreateVideo(clip_.path, 32, 32, 10);
    HYPNOS_CHECK(writer.ok());
    for (int i = 0; i < kFrames; ++i) HYPNOS_CHECK((*writer)->Write(Picture(i)).ok());
  }

  OnlineVideoScore Score(VideoPredictor predictor, uint64_t seed = 1) const {
    OnlineVideoCell cell{.predictor = predictor, .seed = seed, .width = 32, .height = 32};
    cell.patch = 8;
    cell.units = {16, 16};
    const auto score = RunOnlineVideoCell(cell, clip_, [] { return true; });
    EXPECT_TRUE(score.ok());
    return score.ok() ? *score : OnlineVideoScore();
  }

  static constexpr int kFrames = 440;
  TempDir folder_;
  VideoClip clip_{
      .name = "square", .path = folder_.File("square.avi"), .frames = kFrames, .learned = 400};
};

TEST_F(OnlineVideoCellTest, LinearPredictorsBeatCopyingAndTwoFramesBeatOne) {
  const OnlineVideoScore copied = Score(VideoPredictor::kCopyLast);
  const OnlineVideoScore one = Score(VideoPredictor::kLinear);
  const OnlineVideoScore two = Score(VideoPredictor::kLinearTwo);
  EXPECT_GT(copied.error, 0);
  EXPECT_LT(one.error, copied.error);
  EXPECT_LT(two.error, one.error);
  EXPECT_GT(two.held_out_error, 0);
  EXPECT_TRUE(copied.dream_pairs.empty());
}

TEST_F(OnlineVideoCellTest, NetworksAreJudgedByDreamsAndByTheProbeSet) {
  const OnlineVideoScore score = Score(VideoPredictor::kLearning);
  EXPECT_EQ(score.dream_pairs.size(), 2u);
  EXPECT_EQ(score.first_probe_pairs.size(), 2u);
  EXPECT_NE(score.probe_pairs, score.first_probe_pairs);
  EXPECT_LT(score.late_error, score.error);
}

TEST_F(OnlineVideoCellTest, FrozenLayersSayTheSameAtFirstAndAtLast) {
  const OnlineVideoScore score = Score(VideoPredictor::kFrozen);
  EXPECT_EQ(score.probe_pairs, score.first_probe_pairs);
  EXPECT_LT(score.late_error, Score(VideoPredictor::kCopyLast).late_error)
      << "the read-out learns all the same";
}

TEST_F(OnlineVideoCellTest, SameSeedSameScoreOtherSeedOtherScore) {
  const OnlineVideoScore first = Score(VideoPredictor::kLearning);
  EXPECT_EQ(Score(VideoPredictor::kLearning).error, first.error);
  EXPECT_NE(Score(VideoPredictor::kLearning, 2).error, first.error);
}

TEST_F(OnlineVideoCellTest, StopsWhenToldTo) {
  for (const VideoPredictor predictor : {VideoPredictor::kLearning, VideoPredictor::kLinear}) {
    int frames = 0;
    const auto score = RunOnlineVideoCell({.predictor = predictor, .width = 32, .height = 32},
                                          clip_, [&] { return ++frames < 9; });
    ASSERT_FALSE(score.ok());
    EXPECT_EQ(score.error().code, Code::kCancelled);
    EXPECT_EQ(frames, 9);
  }
}

TEST_F(OnlineVideoCellTest, FileThatIsNotThereIsAnError) {
  const VideoClip gone{.name = "gone", .path = folder_.File("gone.avi"), .frames = 9, .learned = 5};
  for (const VideoPredictor predictor : {VideoPredictor::kLearning, VideoPredictor::kCopyLast}) {
    const auto score = RunOnlineVideoCell({.predictor = predictor}, gone, [] { return true; });
    ASSERT_FALSE(score.ok());
    EXPECT_EQ(score.error().code, Code::kNotFound);
  }
}

}  // namespace
}  // namespace hypnos::lab

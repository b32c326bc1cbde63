#include "sources/viewed_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <limits>

#include "hypnos/sources/source_options.h"
#include "sources/open_live.h"
#include "sources/read_all.h"
#include "support/temp_dir.h"

namespace hypnos {
namespace {

const SourceIdentity kDoor = {.name = "door"};

// Every byte tells where it was; none is 0.
Image Patterned(int width, int height, int channels = 1) {
  Image image(width, height, channels);
  for (size_t i = 0; i < image.bytes().size(); ++i) {
    image.bytes()[i] = static_cast<uint8_t>(1 + i % 255);
  }
  return image;
}

// One picture in all its channels.
bool IsBlack(const Image& image, int x, int y) {
  const auto channels = static_cast<size_t>(image.channels());
  const size_t pixel = static_cast<size_t>(y * image.width() + x) * channels;
  return std::ranges::all_of(image.bytes().subspan(pixel, channels),
                             [](uint8_t byte) { return byte == 0; });
}

int CountBlack(const Image& image) {
  int count = 0;
  for (int y = 0; y < image.height(); ++y) {
    for (int x = 0; x < image.width(); ++x) count += IsBlack(image, x, y) ? 1 : 0;
  }
  return count;
}

TEST(ShowOnly, BlackensTheMasksAndNothingElse) {
  for (const int channels : {1, 3}) {
    Image image = Patterned(10, 8, channels);
    const Image before = image;
    ShowOnly({.masks = {{.left = 0.5, .top = 0.25, .width = 0.3, .height = 0.5}}}, &image);
    for (int y = 0; y < 8; ++y) {
      for (int x = 0; x < 10; ++x) {
        const bool masked = x >= 5 && x < 8 && y >= 2 && y < 6;
        EXPECT_EQ(IsBlack(image, x, y), masked) << x << ' ' << y;
      }
    }
    EXPECT_EQ(image.bytes()[0], before.bytes()[0]);
    EXPECT_EQ(image.bytes().back(), before.bytes().back());
  }
}

TEST(ShowOnly, BlackensEveryPixelThatAMaskTouches) {
  // Whatever the size: a pixel that lies partly in the mask shows what is there.
  for (int side = 1; side <= 60; ++side) {
    Image image = Patterned(side, side);
    const PictureShare mask = {.left = 0.31, .top = 0.31, .width = 0.27, .height = 0.27};
    ShowOnly({.masks = {mask}}, &image);
    for (int i = 0; i < side; ++i) {
      const bool touched = i + 1 > 0.31 * side && i < 0.58 * side;
      EXPECT_TRUE(!touched || IsBlack(image, i, i)) << i << " of " << side;
    }
  }
}

TEST(ShowOnly, CutsOutTheRegion) {
  Image image = Patterned(10, 8);
  const Image before = image;
  ShowOnly({.region = PictureShare{.left = 0.2, .top = 0.5, .width = 0.5, .height = 0.25}}, &image);
  ASSERT_EQ(image.width(), 5);
  ASSERT_EQ(image.height(), 2);
  for (int y = 0; y < 2; ++y) {
    for (int x = 0; x < 5; ++x) {
      EXPECT_EQ(image.bytes()[static_cast<size_t>(y * 5 + x)],
                before.bytes()[static_cast<size_t>((y + 4) * 10 + x + 2)]);
    }
  }
}

TEST(ShowOnly, ARegionIsOnePixelAtLeast) {
  for (const double left : {0.0, 0.5, 0.999}) {
    Image image = Patterned(3, 2);
    ShowOnly({.region = PictureShare{.left = left, .top = left, .width = 1e-6, .height = 1e-6}},
             &image);
    EXPECT_EQ(image.width(), 1);
    EXPECT_EQ(image.height(), 1);
  }
}

TEST(ShowOnly, MasksAreOfTheWholePictureAlsoWhereThereIsARegion) {
  Image image = Patterned(8, 8);
  ShowOnly({.region = PictureShare{.left = 0.5, .top = 0, .width = 0.5, .height = 1},
            .masks = {{.left = 0, .top = 0, .width = 0.75, .height = 0.125}}},
           &image);
  EXPECT_EQ(image.width(), 4);
  EXPECT_TRUE(IsBlack(image, 0, 0));
  EXPECT_TRUE(IsBlack(image, 1, 0));
  EXPECT_EQ(CountBlack(image), 2);
}

TEST(ShowOnly, LeavesATextAlone) {
  Image none;
  ShowOnly({.region = PictureShare(), .masks = {PictureShare()}}, &none);
  EXPECT_TRUE(none.empty());
}

TEST(ViewedSource, AMaskHoldsAtEverySizeOfAFile) {
  const TempDir folder;
  const std::string path =
      WriteMjpeg(folder.File("a.mjpg"), {NumberedImage(255), NumberedImage(255, 160, 96),
                                         NumberedImage(255, 48, 80), NumberedImage(255, 640, 360)});
  const auto source = Must(OpenSource({.identity = kDoor,
                                       .kind = FileSourceOptions{.path = path},
                                       .view = {.masks = {{.width = 0.5, .height = 1}}}}));
  const Seen seen = ReadAll(source.get());
  ASSERT_EQ(seen.frames.size(), 4u);
  for (const Frame& frame : seen.frames) {
    EXPECT_EQ(CountBlack(frame.image), frame.image.width() / 2 * frame.image.height());
    EXPECT_TRUE(IsBlack(frame.image, 0, frame.image.height() - 1));
  }
  EXPECT_EQ(seen.frames[3].discontinuity, Discontinuity::kResize);
  EXPECT_NE(source->Describe().find(", 1 masked"), std::string::npos);
}

TEST(ViewedSource, HoldsForEveryKindThatHasPictures) {
  const TempDir folder;
  WritePng(folder.File("1.png"), NumberedImage(255));
  const ViewOptions view = {.masks = {PictureShare()}};
  const SourceOptions synthetic = {.identity = {.name = "potato"},
                                   .kind = SyntheticSourceOptions{.frames = 2}};
  for (const SourceOptions& options :
       {synthetic,
        SourceOptions{.identity = kDoor, .kind = FolderSourceOptions{.path = folder.path()}},
        SourceOptions{.identity = kDoor, .kind = PlaylistOptions{.entries = {synthetic}}}}) {
    SourceOptions masked = options;
    masked.view = view;
    const auto source = Must(OpenSource(masked));
    const Seen seen = ReadAll(source.get());
    ASSERT_FALSE(seen.frames.empty());
    for (const Frame& frame : seen.frames) {
      EXPECT_EQ(CountBlack(frame.image), frame.image.width() * frame.image.height());
    }
  }
}

// Two pictures of the same size and one of another.
class TwoSizes final : public VideoCapture {
 public:
  const VideoProperties& properties() const override { return properties_; }
  Result<bool> Grab() override {
    if (pictures_.empty()) return Error{Code::kCancelled, "INTERRUPTED", "enough"};
    current_ = pictures_.front();
    pictures_.pop_front();
    return true;
  }
  Status Retrieve(Image* image) override {
    *image = current_;
    return {};
  }
  std::optional<Duration> time() const override { return std::nullopt; }

 private:
  const VideoProperties properties_ = {.frame_rate_hz = 10};
  std::deque<Image> pictures_ = {NumberedImage(1), NumberedImage(2), NumberedImage(3, 160, 96)};
  Image current_;
};

TEST(ViewedSource, TheGateOfACameraJudgesWhatIsNotMasked) {
  // Only the number differs, and it is masked: to the gate the second picture is the same.
  for (const bool masked : {false, true}) {
    LiveOptions options = {.reconnect = true};
    if (masked) options.view.masks = {{.width = 0.75, .height = 1}};
    const auto camera =
        Must(OpenLive(kDoor, {.description = "camera '0'", .lost_reason = "CAMERA_LOST"}, options,
                      [](const ChildCaptureOptions&) -> Result<std::unique_ptr<VideoCapture>> {
                        return std::unique_ptr<VideoCapture>(std::make_unique<TwoSizes>());
                      }));
    const Seen seen = ReadAll(camera.get());
    ASSERT_EQ(seen.frames.size(), 3u);
    EXPECT_EQ(seen.frames[1].gate, masked ? GateVerdict::kDuplicate : GateVerdict::kOpen);
    if (!masked) continue;
    for (const Frame& frame : seen.frames) EXPECT_EQ(NumberShown(frame.image), 0);
    EXPECT_EQ(seen.frames[2].image.width(), 160);
  }
}

TEST(ViewedSource, IsRefusedBesideThePicture) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  for (const PictureShare& beside :
       {PictureShare{.left = 0.5, .width = 0.6}, PictureShare{.top = -0.1, .height = 0.5},
        PictureShare{.width = 0}, PictureShare{.height = kNan}}) {
    const SourceOptions options = {.identity = kDoor, .kind = SyntheticSourceOptions{.frames = 1}};
    SourceOptions cut = options, masked = options;
    cut.view.region = beside;
    masked.view.masks = {PictureShare(), beside};
    for (const SourceOptions& wrong : {cut, masked}) {
      const auto source = OpenSource(wrong);
      ASSERT_FALSE(source.ok());
      EXPECT_EQ(source.error().reason, "BAD_VIEW");
      EXPECT_THAT(source.error().message, ::testing::StartsWith("source 'door': "));
    }
  }
}

}  // namespace
}  // namespace hypnos

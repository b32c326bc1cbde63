#include "sources/live_source.h"

#include <gtest/gtest.h>

#include <deque>
#include <utility>

#include "hypnos/sources/camera_source.h"
#include "hypnos/sources/stream_source.h"
#include "sources/read_all.h"

namespace hypnos {
namespace {

const SourceIdentity kDoor = {.name = "door"};
const LiveOptions kOnce = {.reconnect = false};

// A camera that follows a script: numbers are pictures, kDamaged cannot be decoded.
class ScriptedCapture final : public VideoCapture {
 public:
  static constexpr int kDamaged = -1, kTooSoon = -2;

  ScriptedCapture(std::deque<int> script, VideoProperties properties)
      : script_(std::move(script)), properties_(properties) {}

  const VideoProperties& properties() const override { return properties_; }
  Result<bool> Grab() override {
    if (script_.empty()) return false;
    current_ = script_.front();
    script_.pop_front();
    return true;
  }
  Status Retrieve(Image* image) override {
    if (current_ == kDamaged) return Error{Code::kDataLoss, "DAMAGED", "damaged"};
    *image = NumberedImage(current_);
    return {};
  }
  std::optional<Duration> time() const override { return std::nullopt; }
  bool over_rate() const override { return current_ == kTooSoon; }

 private:
  std::deque<int> script_;
  VideoProperties properties_;
  int current_ = 0;
};

LiveSource Scripted(std::deque<int> script, VideoProperties properties = {.frame_rate_hz = 10}) {
  return LiveSource(kDoor, {.description = "camera '0'", .lost_reason = "CAMERA_LOST"},
                    std::make_unique<ScriptedCapture>(std::move(script), properties));
}

TEST(LiveSource, IsLostWhenNoMoreFramesCome) {
  LiveSource camera = Scripted({5, 6});
  EXPECT_TRUE(camera.live());
  const Seen seen = ReadAll(&camera);
  EXPECT_EQ(seen.Numbers(), (std::vector{5, 6}));
  EXPECT_EQ(seen.Milliseconds(), (std::vector<int64_t>{0, 100}));
  ASSERT_TRUE(seen.error);
  EXPECT_EQ(seen.error->code, Code::kUnavailable);
  EXPECT_EQ(seen.error->reason, "CAMERA_LOST");
  EXPECT_EQ(seen.error->message, "source 'door': camera '0': after 2 frames: no more frames come");
}

TEST(LiveSource, PassesOverADamagedFrame) {
  LiveSource camera = Scripted({1, ScriptedCapture::kDamaged, 2});
  const Seen seen = ReadAll(&camera);
  EXPECT_EQ(seen.Numbers(), (std::vector{1, 2}));
  EXPECT_EQ(seen.Indices(), (std::vector<int64_t>{0, 2}));
  EXPECT_EQ(seen.frames[1].discontinuity, Discontinuity::kGap);
  EXPECT_EQ(camera.unreadable_frames(), 1);
}

TEST(LiveSource, CountsWhatComesTooSoonAndHasNoGapThere) {
  std::deque<int> script(1000, ScriptedCapture::kTooSoon);
  script.push_front(1);
  script.push_back(2);
  LiveSource camera = Scripted(std::move(script));
  const Seen seen = ReadAll(&camera);
  EXPECT_EQ(seen.Numbers(), (std::vector{1, 2}));
  EXPECT_EQ(seen.Indices(), (std::vector<int64_t>{0, 1001}));
  EXPECT_EQ(seen.Milliseconds()[1], 100'100);
  EXPECT_EQ(seen.frames[1].discontinuity, Discontinuity::kNone);
  EXPECT_EQ(camera.health().over_rate, 1000);
  EXPECT_EQ(camera.unreadable_frames(), 0);
}

TEST(LiveSource, IsLostWhenAllFramesAreDamaged) {
  LiveSource camera = Scripted(std::deque<int>(1000, ScriptedCapture::kDamaged));
  const Seen seen = ReadAll(&camera);
  ASSERT_TRUE(seen.error);
  EXPECT_NE(seen.error->message.find("100 damaged frames in a row"), std::string::npos);
}

TEST(LiveSource, EndsWhereARecordingIsServed) {
  LiveSource recording = Scripted({1, 2, 3}, {.frame_rate_hz = 10, .frame_count = 3});
  const Seen seen = ReadAll(&recording);
  EXPECT_EQ(seen.frames.size(), 3u);
  EXPECT_FALSE(seen.error);
}

TEST(CameraSource, NamesSourceAndCameraThatIsMissing) {
  const auto camera = OpenCameraSource(kDoor, {.device = "/dev/video77", .live = kOnce});
  ASSERT_FALSE(camera.ok());
  EXPECT_EQ(camera.error().code, Code::kNotFound);
  EXPECT_EQ(camera.error().message,
            "source 'door': there is no camera '/dev/video77'; is it plugged in?");
}

TEST(StreamSource, MasksThePasswordInItsErrors) {
  const auto stream =
      OpenStreamSource(kDoor, {.url = "http://me:hunter2@127.0.0.1:9/live", .live = kOnce});
  ASSERT_FALSE(stream.ok());
  EXPECT_EQ(stream.error().code, Code::kUnavailable);
  EXPECT_EQ(stream.error().message,
            "source 'door': stream 'http://***@127.0.0.1:9/live' cannot be opened: not "
            "reachable, refused, or no video that can be read here");
}

TEST(StreamSource, MasksAPasswordInThePath) {
  const auto stream = OpenStreamSource(
      kDoor, {.url = "http://127.0.0.1:9/user=me&password=hunter2&channel=1", .live = kOnce});
  ASSERT_FALSE(stream.ok());
  EXPECT_EQ(stream.error().message.find("hunter2"), std::string::npos) << stream.error().message;
}

TEST(StreamSource, RefusesWhatIsNoStream) {
  for (const char* url : {"/etc/passwd", "file:///etc/passwd", "concat:/a|/b", ""}) {
    const auto stream = OpenStreamSource(kDoor, {.url = url});
    ASSERT_FALSE(stream.ok());
    EXPECT_EQ(stream.error().code, Code::kInvalidArgument);
    EXPECT_EQ(stream.error().reason, "BAD_URL");
  }
}

}  // namespace
}  // namespace hypnos

#include "imaging/ffmpeg_capture.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>
#include <thread>
#include <vector>

#include "support/clips.h"
#include "support/temp_dir.h"

extern "C" {
#include <libavformat/avformat.h>
#include <libavutil/display.h>
}

namespace hypnos {
namespace {

// A film of one picture, as a telephone stores it: to be turned when it is shown.
std::string WriteTurnedMovie(const std::string& path, const Image& image, double clockwise) {
  AVFormatContext* container = nullptr;
  HYPNOS_CHECK(avformat_alloc_output_context2(&container, nullptr, "mov", path.c_str()) >= 0);
  AVStream* stream = avformat_new_stream(container, nullptr);
  stream->codecpar->codec_type = AVMEDIA_TYPE_VIDEO;
  stream->codecpar->codec_id = AV_CODEC_ID_MJPEG;
  stream->codecpar->width = image.width();
  stream->codecpar->height = image.height();
  stream->time_base = {1, 25};
  auto* matrix = reinterpret_cast<int32_t*>(
      av_stream_new_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, 9 * sizeof(int32_t)));
  av_display_rotation_set(matrix, clockwise);
  HYPNOS_CHECK(avio_open(&container->pb, path.c_str(), AVIO_FLAG_WRITE) >= 0);
  HYPNOS_CHECK(avformat_write_header(container, nullptr) >= 0);
  auto jpeg = EncodeJpeg(image, 95);
  AVPacket* packet = av_packet_alloc();
  packet->data = jpeg.data();
  packet->size = static_cast<int>(jpeg.size());
  packet->pts = packet->dts = 0;
  packet->duration = 1;
  packet->flags = AV_PKT_FLAG_KEY;
  HYPNOS_CHECK(av_write_frame(container, packet) >= 0);
  av_packet_free(&packet);
  HYPNOS_CHECK(av_write_trailer(container) >= 0);
  avio_closep(&container->pb);
  avformat_free_context(container);
  return path;
}

// Dark, but for its upper left quarter.
Image Cornered() {
  Image image(64, 32, 3);
  std::ranges::fill(image.bytes(), uint8_t{20});
  for (size_t y = 0; y < 16; ++y) {
    std::ranges::fill(image.bytes().subspan(y * 64 * 3, 32 * 3), uint8_t{230});
  }
  return image;
}

// Which quarters are bright: upper left, upper right, lower left, lower right.
std::array<bool, 4> BrightQuarters(const Image& image) {
  const auto bright = [&image](int x, int y) {
    return image.bytes()[static_cast<size_t>(y * image.width() + x) * 3] > 128;
  };
  const int left = image.width() / 4, right = 3 * left;
  const int top = image.height() / 4, bottom = 3 * top;
  return {bright(left, top), bright(right, top), bright(left, bottom), bright(right, bottom)};
}

struct Turn {
  double clockwise;
  int width, height;
  std::array<bool, 4> quarters;
};

// Null where that fails.
std::unique_ptr<VideoCapture> Open(const std::string& url, Duration patience) {
  auto capture = OpenWithFfmpeg({.url = url}, patience);
  return capture.ok() ? *std::move(capture) : nullptr;
}

TEST(FfmpegCapture, TurnsPicturesAsTheyWereTaken) {
  const TempDir folder;
  for (const Turn& turn :
       {Turn{0, 64, 32, {true, false, false, false}}, Turn{90, 32, 64, {false, true, false, false}},
        Turn{180, 64, 32, {false, false, false, true}},
        Turn{-90, 32, 64, {false, false, true, false}}}) {
    SCOPED_TRACE(turn.clockwise);
    const auto capture =
        Open("file:" + WriteTurnedMovie(folder.File("a.mov"), Cornered(), turn.clockwise), {});
    ASSERT_NE(capture, nullptr);
    EXPECT_EQ(capture->properties().width, turn.width);
    EXPECT_EQ(capture->properties().height, turn.height);
    Image image;
    ASSERT_TRUE(*capture->Grab());
    ASSERT_TRUE(capture->Retrieve(&image).ok());
    EXPECT_EQ(image.width(), turn.width);
    EXPECT_EQ(image.height(), turn.height);
    EXPECT_EQ(BrightQuarters(image), turn.quarters);
  }
}

TEST(FfmpegCapture, PassesADamagedPictureAndGoesOn) {
  const TempDir folder;
  const std::string path = WriteClip(folder.File("a.avi"), 5);
  DamagePicture(path, 2);
  const auto capture = Open("file:" + path, {});
  ASSERT_NE(capture, nullptr);
  Image image;
  for (int number = 0; number < 5; ++number) {
    ASSERT_TRUE(*capture->Grab()) << number;
    const bool sound = number != 2;
    ASSERT_EQ(capture->Retrieve(&image).ok(), sound) << number;
    if (sound) {
      EXPECT_EQ(NumberShown(image), number);
    }
  }
  EXPECT_FALSE(*capture->Grab());
}

// Answers one request with these bytes, then says nothing more and keeps the line open.
class SilentServer {
 public:
  explicit SilentServer(std::string bytes) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* any = reinterpret_cast<sockaddr*>(&address);
    HYPNOS_CHECK(bind(listener_, any, size) == 0 && listen(listener_, 1) == 0);
    HYPNOS_CHECK(getsockname(listener_, any, &size) == 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, answer = std::move(bytes)] { Answer(answer); });
  }
  ~SilentServer() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }
  SilentServer(const SilentServer&) = delete;
  SilentServer& operator=(const SilentServer&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/a.mjpg"; }

 private:
  void Answer(const std::string& bytes) const {
    const int line = accept(listener_, nullptr, nullptr);
    if (line < 0) return;
    size_t sent = 0;
    while (sent < bytes.size()) {
      const ssize_t more = send(line, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      if (more <= 0) break;
      sent += static_cast<size_t>(more);
    }
    std::array<char, 1000> request{};
    while (read(line, request.data(), request.size()) > 0) {
    }
    close(line);
  }

  int listener_ = -1;
  int port_ = 0;
  std::thread thread_;
};

TEST(FfmpegCapture, GivesUpAServerThatNeverAnswers) {
  const SilentServer server("");
  EXPECT_EQ(Open(server.url(), std::chrono::milliseconds(50)), nullptr);
}

TEST(FfmpegCapture, GivesUpAStreamThatFallsSilent) {
  const TempDir folder;
  const std::string pictures = ReadBytes(
      WriteMjpeg(folder.File("a.mjpg"), std::vector<Image>(400, NumberedImage(5, 320, 240))));
  const SilentServer server("HTTP/1.0 200 OK\r\nContent-Type: video/x-motion-jpeg\r\n\r\n" +
                            pictures);
  // Enough to open it in, on a busy machine.
  const auto capture = Open(server.url(), std::chrono::seconds(2));
  ASSERT_NE(capture, nullptr);
  int given = 0;
  while (true) {
    const auto more = capture->Grab();
    if (!more.ok()) {
      EXPECT_EQ(more.error().code, Code::kUnavailable);
      EXPECT_EQ(more.error().message, "no picture comes");
      break;
    }
    ASSERT_TRUE(*more) << "silence is no end";
    ++given;
  }
  EXPECT_GT(given, 300);
}

}  // namespace
}  // namespace hypnos

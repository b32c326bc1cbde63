#include "imaging/ffmpeg_capture.h"

#include <cmath>
#include <cstdlib>
#include <opencv2/core.hpp>
#include <optional>
#include <utility>

#include "hypnos/base/format.h"
#include "imaging/concealment.h"
#include "imaging/opencv_support.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/display.h>
#include <libavutil/log.h>
#include <libswscale/swscale.h>
}

namespace hypnos {
namespace {

// Packets in a row without a picture before the reader gives up. A stream that is joined in the
// middle has some, until a picture comes that leans on no other.
constexpr int kMostPackets = 512;

constexpr int kLargestSide = 1 << 14;

// The user's own wish is left alone, so that FFmpeg can still be asked to talk.
[[maybe_unused]] const bool quiet = [] {
  const char* level = std::getenv("OPENCV_FFMPEG_LOGLEVEL");
  av_log_set_level(level == nullptr ? AV_LOG_QUIET : std::atoi(level));
  return true;
}();

// How FFmpeg says both since 6.1, and how before, which it calls deprecated now.
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(60, 31, 0)
bool IsKeyFrame(const AVFrame& frame) { return (frame.flags & AV_FRAME_FLAG_KEY) != 0; }

const uint8_t* DisplayMatrix(const AVStream& stream) {
  const AVCodecParameters& parameters = *stream.codecpar;
  const AVPacketSideData* found = av_packet_side_data_get(
      parameters.coded_side_data, parameters.nb_coded_side_data, AV_PKT_DATA_DISPLAYMATRIX);
  return found == nullptr ? nullptr : found->data;
}
#else
bool IsKeyFrame(const AVFrame& frame) { return frame.key_frame != 0; }

const uint8_t* DisplayMatrix(const AVStream& stream) {
  return av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, nullptr);
}
#endif

struct Free {
  void operator()(AVFormatContext* container) const { avformat_close_input(&container); }
  void operator()(AVCodecContext* decoder) const { avcodec_free_context(&decoder); }
  void operator()(AVFrame* frame) const { av_frame_free(&frame); }
  void operator()(AVPacket* packet) const { av_packet_free(&packet); }
  void operator()(SwsContext* converter) const { sws_freeContext(converter); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

// FFmpeg asks it all the time whether to give up what it waits for.
class Patience {
 public:
  explicit Patience(Duration limit) : limit_(limit) {}

  void Begin() { end_ = limit_ == Duration::zero() ? Instant::max() : clock_.Now() + limit_; }
  bool IsOver() const { return clock_.Now() > end_; }
  AVIOInterruptCB Callback() {
    return {[](void* patience) { return static_cast<Patience*>(patience)->IsOver() ? 1 : 0; },
            this};
  }

 private:
  const SystemClock clock_;
  const Duration limit_;
  Instant end_ = Instant::max();
};

class FfmpegCapture final : public VideoCapture {
 public:
  explicit FfmpegCapture(Duration patience) : patience_(patience) {}

  Status Open(const StreamRequest& request) {
    patience_.Begin();
    const int failed = OpenContainer(request);
    if (failed == AVERROR_HTTP_UNAUTHORIZED || failed == AVERROR_HTTP_FORBIDDEN) {
      return Error{Code::kPermissionDenied, "LOGIN_REFUSED", "the login is refused"};
    }
    if (failed < 0 || !OpenDecoder()) return Error{Code::kUnavailable, "NO_VIDEO", "no video"};
    return {};
  }

  const VideoProperties& properties() const override { return properties_; }

  Result<bool> Grab() override {
    patience_.Begin();
    for (int packets = 0; packets < kMostPackets;) {
      const int received = avcodec_receive_frame(decoder_.get(), frame_.get());
      if (received == AVERROR_EOF) return false;
      if (received != AVERROR(EAGAIN)) return Grabbed(received == 0);
      const bool more = ReadPacket();
      if (patience_.IsOver()) {
        return Error{Code::kUnavailable, "GRAB_FAILED", "no picture comes"};
      }
      if (more && packet_->stream_index != stream_->index) continue;  // sound, say
      ++packets;
      if (more && (packet_->flags & AV_PKT_FLAG_CORRUPT) != 0) {
        concealment_.DamagedPacket(StampOf(packet_->pts));
      }
      // At the end, or what looks like it, the decoder gives what it still holds.
      const int sent = avcodec_send_packet(decoder_.get(), more ? packet_.get() : nullptr);
      if (sent < 0 && sent != AVERROR_EOF) {
        concealment_.DamagedPacket(StampOf(packet_->pts));
        return Grabbed(false);
      }
    }
    return Error{Code::kUnavailable, "GRAB_FAILED", "nothing that comes is a picture"};
  }

  Status Retrieve(Image* image) override {
    if (!sound_ || !Convert(image)) {
      return Error{Code::kDataLoss, "PICTURE_DAMAGED", "the picture cannot be decoded"};
    }
    return {};
  }

  std::optional<Duration> time() const override { return time_; }
  bool concealed() const override { return concealed_; }

 private:
  static Concealment::Stamp StampOf(int64_t stamp) {
    return stamp == AV_NOPTS_VALUE ? std::nullopt : Concealment::Stamp(stamp);
  }

  // FFmpeg's number for what went wrong; otherwise it is not negative.
  int OpenContainer(const StreamRequest& request) {
    AVFormatContext* container = avformat_alloc_context();
    container->interrupt_callback = patience_.Callback();
    AVDictionary* options = nullptr;
    SetTransport(request.transport, &options);
    const int opened = avformat_open_input(&container, request.url.c_str(), nullptr, &options);
    av_dict_free(&options);
    if (opened < 0) return opened;  // FFmpeg has freed the container
    container_.reset(container);
    return avformat_find_stream_info(container, nullptr);
  }

  bool OpenDecoder() {
    const AVCodec* codec = nullptr;
    const int index = av_find_best_stream(container_.get(), AVMEDIA_TYPE_VIDEO, -1, -1, &codec, 0);
    if (index < 0 || codec == nullptr) return false;
    stream_ = container_->streams[index];
    decoder_.reset(avcodec_alloc_context3(codec));
    decoder_->thread_count = 0;  // as many as there are cores
    if (avcodec_parameters_to_context(decoder_.get(), stream_->codecpar) < 0 ||
        avcodec_open2(decoder_.get(), codec, nullptr) < 0) {
      return false;
    }
    frame_.reset(av_frame_alloc());
    packet_.reset(av_packet_alloc());
    KeepTurn();
    KeepProperties();
    return true;
  }

  static void SetTransport(StreamTransport transport, AVDictionary** options) {
    switch (transport) {
      case StreamTransport::kTcp:
        av_dict_set(options, "rtsp_transport", "tcp", 0);
        return;
      case StreamTransport::kUdp:
        av_dict_set(options, "rtsp_transport", "udp", 0);
        return;
      case StreamTransport::kAuto:
        // Over UDP, pictures of cameras arrive in shreds.
        av_dict_set(options, "rtsp_flags", "prefer_tcp", 0);
        return;
    }
  }

  // Telephones store what they see as their sensor lies, and beside it how they were held.
  void KeepTurn() {
    const uint8_t* matrix = DisplayMatrix(*stream_);
    if (matrix == nullptr) return;
    const double anticlockwise = av_display_rotation_get(reinterpret_cast<const int32_t*>(matrix));
    if (!std::isfinite(anticlockwise)) return;
    switch ((static_cast<int>(std::lround(-anticlockwise)) + 360) % 360) {
      case 90:
        turn_ = cv::ROTATE_90_CLOCKWISE;
        break;
      case 180:
        turn_ = cv::ROTATE_180;
        break;
      case 270:
        turn_ = cv::ROTATE_90_COUNTERCLOCKWISE;
        break;
      default:
        break;
    }
  }

  // Containers that know no answer give negative numbers or absurd ones.
  void KeepProperties() {
    const auto sane = [](double value, double largest) {
      return value > 0 && value <= largest ? value : 0;  // false for not-a-number
    };
    properties_.width = static_cast<int>(sane(stream_->codecpar->width, kLargestSide));
    properties_.height = static_cast<int>(sane(stream_->codecpar->height, kLargestSide));
    if (lies_on_its_side()) std::swap(properties_.width, properties_.height);
    const AVRational rate = av_guess_frame_rate(container_.get(), stream_, nullptr);
    if (rate.den > 0) properties_.frame_rate_hz = sane(av_q2d(rate), 10'000);
    auto frames = static_cast<double>(stream_->nb_frames);
    if (frames <= 0 && container_->duration != AV_NOPTS_VALUE) {
      frames = properties_.frame_rate_hz * static_cast<double>(container_->duration) / AV_TIME_BASE;
    }
    properties_.frame_count = std::llround(sane(frames, 1e15));
  }

  // False: there are no more, or the file ends within it.
  bool ReadPacket() {
    av_packet_unref(packet_.get());
    int read = 0;
    do {
      read = av_read_frame(container_.get(), packet_.get());
    } while (read == AVERROR(EAGAIN) && !patience_.IsOver());
    if (read < 0) return false;
    const bool damaged = (packet_->flags & AV_PKT_FLAG_CORRUPT) != 0;
    return !damaged || container_->pb == nullptr || avio_feof(container_->pb) == 0;
  }

  bool Grabbed(bool sound) {
    sound_ = sound;
    if (sound) {
      const bool flawed =
          frame_->decode_error_flags != 0 || (frame_->flags & AV_FRAME_FLAG_CORRUPT) != 0;
      concealed_ = concealment_.IsConcealed(flawed, IsKeyFrame(*frame_), StampOf(frame_->pts));
    }
    const int64_t stamp = sound ? frame_->best_effort_timestamp : AV_NOPTS_VALUE;
    time_.reset();
    if (stamp != AV_NOPTS_VALUE) {
      const int64_t start = stream_->start_time == AV_NOPTS_VALUE ? 0 : stream_->start_time;
      time_ = Duration(av_rescale_q(stamp - start, stream_->time_base, {1, 1'000'000'000}));
    }
    return true;
  }

  bool Convert(Image* image) {
    const int width = frame_->width, height = frame_->height;
    if (width <= 0 || height <= 0 || width > kLargestSide || height > kLargestSide) return false;
    if (!PrepareBgr(width, height)) return false;
    converter_.reset(sws_getCachedContext(
        converter_.release(), width, height, static_cast<AVPixelFormat>(frame_->format), width,
        height, AV_PIX_FMT_BGR24, SWS_BICUBIC, nullptr, nullptr, nullptr));
    if (converter_ == nullptr || sws_scale(converter_.get(), frame_->data, frame_->linesize, 0,
                                           height, bgr_->data, bgr_->linesize) != height) {
      return false;
    }
    const cv::Mat picture(height, width, CV_8UC3, bgr_->data[0],
                          static_cast<size_t>(bgr_->linesize[0]));
    if (!turn_) {
      CopyFromMat(picture, image);
      return true;
    }
    Reshape(lies_on_its_side() ? height : width, lies_on_its_side() ? width : height, 3, image);
    cv::Mat turned = AsMat(*image);
    cv::rotate(picture, turned, *turn_);
    return true;
  }

  // Not the image itself: the conversion writes whole vectors, and so beyond the end of a row.
  bool PrepareBgr(int width, int height) {
    if (bgr_ != nullptr && bgr_->width == width && bgr_->height == height) return true;
    bgr_.reset(av_frame_alloc());
    bgr_->format = AV_PIX_FMT_BGR24;
    bgr_->width = width;
    bgr_->height = height;
    return av_frame_get_buffer(bgr_.get(), 0) >= 0;
  }

  bool lies_on_its_side() const { return turn_ && *turn_ != cv::ROTATE_180; }

  Patience patience_;
  Owned<AVFormatContext> container_;
  AVStream* stream_ = nullptr;  // of the container
  Owned<AVCodecContext> decoder_;
  Owned<AVFrame> frame_, bgr_;
  Owned<AVPacket> packet_;
  Owned<SwsContext> converter_;
  std::optional<cv::RotateFlags> turn_;
  VideoProperties properties_;
  std::optional<Duration> time_;
  bool sound_ = false;  // the picture grabbed last was decoded
  Concealment concealment_;
  bool concealed_ = false;
};

}  // namespace

Result<std::unique_ptr<VideoCapture>> OpenWithFfmpeg(const StreamRequest& request,
                                                     Duration patience) {
  auto capture = std::make_unique<FfmpegCapture>(patience);
  HYPNOS_RETURN_IF_ERROR(capture->Open(request));
  return std::unique_ptr<VideoCapture>(std::move(capture));
}

}  // namespace hypnos

#include "hypnos/sources/file_source.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <optional>
#include <utility>

#include "hypnos/imaging/video_capture.h"
#include "sources/frame_stamp.h"
#include "sources/presentation_clock.h"
#include "sources/sticky_source.h"
#include "sources/truncation.h"

namespace hypnos {
namespace {

// Containers round their times to milliseconds.
constexpr Duration kRounding = std::chrono::microseconds(500);

// One way through the file: from the start to the end of the part that is asked for.
class FileRound {
 public:
  static Result<FileRound> Open(const FileSourceOptions& options) {
    HYPNOS_ASSIGN_OR_RETURN(auto capture, OpenVideoFile(options.path));
    return FileRound(std::move(capture), options);
  }

  // Moves to the next picture of the part. False: there is none.
  Result<bool> Grab() {
    do {
      HYPNOS_ASSIGN_OR_RETURN(const bool more, capture_->Grab());
      if (!more) {
        file_ended_ = true;
        return false;
      }
      ++frames_;
      time_ = clock_.Next(capture_->time());
    } while (time_ < start_);
    return time_ < end_;
  }

  Status Retrieve(Image* image) { return capture_->Retrieve(image); }

  // Of the picture grabbed last, since the file's first.
  Duration time() const { return time_; }
  // So far, those before the part included.
  int64_t frames() const { return frames_; }
  const VideoProperties& properties() const { return capture_->properties(); }

  bool EndedTooEarly() const {
    return file_ended_ && IsClearlyShort(capture_->properties(), frames_, time_);
  }

 private:
  FileRound(std::unique_ptr<VideoCapture> capture, const FileSourceOptions& options)
      : capture_(std::move(capture)),
        clock_(capture_->properties().frame_rate_hz),
        start_(FromSeconds(options.start_seconds) - kRounding),
        end_(options.end_seconds > 0 ? FromSeconds(options.end_seconds) - kRounding
                                     : Duration::max()) {}

  std::unique_ptr<VideoCapture> capture_;
  PresentationClock clock_;
  Duration start_;
  Duration end_;
  Duration time_{};
  int64_t frames_ = 0;
  bool file_ended_ = false;
};

class FileSource final : public StickySource {
 public:
  FileSource(const SourceIdentity& identity, const FileSourceOptions& options)
      : StickySource(identity), options_(options), stamp_(identity) {}

  Status Open() {
    HYPNOS_RETURN_IF_ERROR(BeginRound());
    description_ = DescribeRound();
    frame_count_ = CountFrames();
    return {};
  }

  bool live() const override { return false; }
  std::optional<int64_t> frame_count() const override { return frame_count_; }
  std::string Describe() const override { return description_; }
  int64_t unreadable_frames() const override { return unreadable_; }

 private:
  Result<FrameOrEnd> Advance() override {
    if (!next_) HYPNOS_RETURN_IF_ERROR(ReadOn());
    if (!next_) {
      if (round_->EndedTooEarly()) return Truncated();
      if (++rounds_played_ == options_.rounds) return FrameOrEnd(EndOfStream{});
      stamp_.BeginRound();
      HYPNOS_RETURN_IF_ERROR(BeginRound());
    }
    return FrameOrEnd(stamp_.Stamp(*std::exchange(next_, std::nullopt), round_->time() - origin_));
  }

  // Opens the file anew instead of seeking back, which not every container can, and reads the first
  // picture, which tells whether there is one and of what size.
  Status BeginRound() {
    HYPNOS_ASSIGN_OR_RETURN(round_, FileRound::Open(options_));
    HYPNOS_RETURN_IF_ERROR(ReadOn());
    if (!next_) return NoFrames();
    origin_ = round_->time();
    return {};
  }

  // Sets next_, unless the round is over.
  Status ReadOn() {
    while (true) {
      HYPNOS_ASSIGN_OR_RETURN(const bool more, round_->Grab());
      if (!more) return {};
      Image image;
      if (round_->Retrieve(&image).ok()) {
        next_ = std::move(image);
        return {};
      }
      stamp_.Skip();
      ++unreadable_;
    }
  }

  Error NoFrames() const {
    if (options_.start_seconds == 0 || round_->frames() == 0) {
      return {Code::kInvalidArgument, "NO_FRAMES",
              Format("file '{}' holds no frame that can be decoded", options_.path)};
    }
    return {Code::kOutOfRange, "START_AFTER_END",
            Format("file '{}' is over after {:.3f} s, before its part from {} s begins",
                   options_.path, Seconds(round_->time()), options_.start_seconds)};
  }

  Error Truncated() const {
    return {Code::kDataLoss, "TRUNCATED",
            Format("file '{}' ends after frame {} of {}: truncated or damaged", options_.path,
                   round_->frames(), round_->properties().frame_count)};
  }

  std::string DescribeRound() const {
    const double rate = round_->properties().frame_rate_hz;
    return Format("file '{}', {}x{}, {} frames/s", options_.path, next_->width(), next_->height(),
                  rate > 0 ? Format("{:g}", rate) : "unknown");
  }

  std::optional<int64_t> CountFrames() const {
    const VideoProperties& properties = round_->properties();
    if (options_.rounds == 0 || properties.frame_count == 0) return std::nullopt;
    int64_t frames = properties.frame_count - (round_->frames() - 1);
    if (options_.end_seconds > 0) {
      const double seconds = options_.end_seconds - options_.start_seconds;
      frames = std::min<int64_t>(frames, std::llround(seconds * properties.frame_rate_hz));
    }
    return frames * options_.rounds;
  }

  const FileSourceOptions options_;
  FrameStamp stamp_;
  std::optional<FileRound> round_;
  // Read already, not yet given.
  std::optional<Image> next_;
  Duration origin_{};
  uint64_t rounds_played_ = 0;
  std::atomic<int64_t> unreadable_ = 0;
  std::string description_;
  std::optional<int64_t> frame_count_;
};

Status Check(const FileSourceOptions& options) {
  constexpr double kLongest = 1e9;  // nanoseconds of it still fit 64 bits
  const auto bad = [](std::string message) {
    return Error{Code::kInvalidArgument, "BAD_OPTION", std::move(message)};
  };
  const auto possible = [](double seconds) { return seconds >= 0 && seconds <= kLongest; };
  if (!possible(options.start_seconds)) return bad("start_seconds must be from 0 to 1e9");
  if (!possible(options.end_seconds)) return bad("end_seconds must be from 0 to 1e9");
  if (options.end_seconds > 0 && options.end_seconds <= options.start_seconds)
    return bad("end_seconds must come after start_seconds");
  return {};
}

}  // namespace

Result<std::unique_ptr<Source>> OpenFileSource(const SourceIdentity& identity,
                                               const FileSourceOptions& options) {
  auto source = std::make_unique<FileSource>(identity, options);
  Status opened = Check(options);
  if (opened.ok()) opened = source->Open();
  if (!opened.ok()) return InSource(identity, opened.error());
  return std::unique_ptr<Source>(std::move(source));
}

}  // namespace hypnos

#include "sources/reconnecting_source.h"

#include <utility>

#include "hypnos/base/format.h"
#include "sources/truncation.h"

namespace hypnos {
namespace {

// A damaged picture now and then is the weather; nothing but damaged ones is a broken source.
constexpr int kDamagedInARow = 100;

// Who is thrown out after every picture shall not be let in each second.
constexpr Duration kSteady = std::chrono::seconds(10);

}  // namespace

ReconnectingSource::ReconnectingSource(const SourceIdentity& identity, ReconnectingParts parts)
    : parts_(std::move(parts)), stamp_(identity), backoff_(parts_.rng) {
  health_.state = SourceState::kConnecting;
}

Result<FrameOrEnd> ReconnectingSource::Next() {
  while (!ended_) {
    Frame frame;
    const Turn turn = capture_ == nullptr ? Connect() : Read(&frame);
    if (turn == Turn::kFrame) return FrameOrEnd(std::move(frame));
    if (turn == Turn::kEnd) ended_ = true;
  }
  if (health().state != SourceState::kEnded) Become(SourceState::kEnded);
  return FrameOrEnd(EndOfStream{});
}

ReconnectingSource::Turn ReconnectingSource::Connect() {
  if (wait_ && !parts_.wait(*std::exchange(wait_, std::nullopt))) return Turn::kEnd;
  Become(SourceState::kConnecting);
  auto capture = parts_.connect();
  if (!capture.ok()) {
    if (capture.error().code == Code::kCancelled) return Turn::kEnd;
    return Lose(capture.error().message);
  }
  capture_ = std::move(capture).value();
  connected_ = last_heard_ = parts_.clock->Now();
  clock_ = PresentationClock(capture_->properties().frame_rate_hz);
  frames_here_ = 0;
  damaged_in_a_row_ = 0;
  const std::lock_guard lock(mutex_);
  properties_ = capture_->properties();
  ++health_.connections;
  return Turn::kAgain;
}

ReconnectingSource::Turn ReconnectingSource::Read(Frame* frame) {
  const Result<bool> more = capture_->Grab();
  if (!more.ok()) {
    if (more.error().code == Code::kCancelled) return Turn::kEnd;
    if (more.error().reason == "SILENT") return Silent();
    return Lose(more.error().message);
  }
  if (!*more) return Ended();
  const Instant now = parts_.clock->Now();
  // Between two connections time went on.
  if (frames_here_ == 0 && stamp_.index() > 0) base_ = last_time_ + (now - last_picture_);
  last_heard_ = last_picture_ = now;
  stamp_.PassOver(capture_->passed_over());
  last_time_ = base_ + clock_.Next(capture_->time());
  Image image;
  if (!capture_->Retrieve(&image).ok()) return Damaged();
  damaged_in_a_row_ = 0;
  ++frames_here_;
  if (now - connected_ >= kSteady) backoff_.Reset();
  if (health().state != SourceState::kLive) Become(SourceState::kLive);
  *frame = stamp_.Stamp(std::move(image), last_time_);
  return Turn::kFrame;
}

ReconnectingSource::Turn ReconnectingSource::Silent() {
  const Duration silence = parts_.clock->Now() - last_heard_;
  const std::string why = Format("no picture for {:.0f} s", Seconds(silence));
  if (silence >= parts_.stall) return Lose(why);
  if (health().state == SourceState::kLive) Become(SourceState::kStalled, why);
  return Turn::kAgain;
}

ReconnectingSource::Turn ReconnectingSource::Ended() {
  const VideoProperties& properties = capture_->properties();
  const bool recording = properties.frame_count > 0;
  if (recording && !IsClearlyShort(properties, frames_here_, last_time_ - base_)) return Turn::kEnd;
  return Lose("no more pictures come");
}

ReconnectingSource::Turn ReconnectingSource::Damaged() {
  stamp_.Skip();
  {
    const std::lock_guard lock(mutex_);
    ++unreadable_;
  }
  if (++damaged_in_a_row_ < kDamagedInARow) return Turn::kAgain;
  return Lose(Format("{} damaged pictures in a row", kDamagedInARow));
}

ReconnectingSource::Turn ReconnectingSource::Lose(const std::string& why) {
  const bool was_connected = std::exchange(capture_, nullptr) != nullptr;
  if (was_connected) stamp_.BeginAnew();
  wait_ = backoff_.Next();
  {
    const std::lock_guard lock(mutex_);
    if (was_connected) ++health_.losses;
    health_.retry_in = *wait_;
  }
  Become(SourceState::kLost, why);
  return Turn::kAgain;
}

void ReconnectingSource::Become(SourceState state, const std::string& why) {
  SourceHealth told;
  {
    const std::lock_guard lock(mutex_);
    health_.state = state;
    health_.why = why;
    if (state == SourceState::kStalled) ++health_.stalls;
    if (state != SourceState::kLost) health_.retry_in = {};
    told = health_;
  }
  if (parts_.on_change) parts_.on_change(told);
}

int64_t ReconnectingSource::unreadable_frames() const {
  const std::lock_guard lock(mutex_);
  return unreadable_;
}

std::string ReconnectingSource::Describe() const {
  const std::lock_guard lock(mutex_);
  if (properties_.width == 0) return parts_.description;
  return Format("{}, {}x{}", parts_.description, properties_.width, properties_.height);
}

SourceHealth ReconnectingSource::health() const {
  const std::lock_guard lock(mutex_);
  return health_;
}

}  // namespace hypnos

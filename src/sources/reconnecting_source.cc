#include "sources/reconnecting_source.h"

#include <algorithm>
#include <utility>

#include "hypnos/base/format.h"
#include "sources/truncation.h"

namespace hypnos {
namespace {

// A damaged picture now and then is the weather; nothing but damaged ones is a broken source.
constexpr int kDamagedInARow = 100;

// Who is thrown out after every picture shall not be let in each second.
constexpr Duration kSteady = std::chrono::seconds(10);

constexpr double kUnusualIntervals = 3;

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
    if (turn == Turn::kEnd) End();
  }
  return FrameOrEnd(EndOfStream{});
}

// With its process.
void ReconnectingSource::End() {
  ended_ = true;
  capture_ = nullptr;
  Become({.state = SourceState::kEnded});
}

ReconnectingSource::Turn ReconnectingSource::Connect() {
  if (wait_ && !parts_.wait(*std::exchange(wait_, std::nullopt))) return Turn::kEnd;
  Become({.state = SourceState::kConnecting});
  auto capture = parts_.connect();
  if (!capture.ok()) {
    if (capture.error().code == Code::kCancelled) return Turn::kEnd;
    return Lose(capture.error().message);
  }
  capture_ = std::move(capture).value();
  connected_ = last_heard_ = parts_.clock->Now();
  const double rate_hz = capture_->properties().frame_rate_hz;
  clock_ = PresentationClock(rate_hz);
  interval_seconds_ = rate_hz > 0 ? 1 / rate_hz : 0;
  pictures_here_ = 0;
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
  Hear(parts_.clock->Now());
  if (capture_->over_rate()) return OverRate();
  Image image;
  const bool concealed = capture_->concealed();
  const auto grabbed = capture_->grabbed_at();
  if (!capture_->Retrieve(&image).ok()) return Damaged();
  damaged_in_a_row_ = 0;
  if (last_heard_ - connected_ >= kSteady) backoff_.Reset();
  if (health().state != SourceState::kLive) Become({.state = SourceState::kLive});
  *frame = stamp_.Stamp(std::move(image), last_time_);
  frame->concealed = concealed;
  frame->captured = grabbed;
  return Turn::kFrame;
}

// A picture came, whole or damaged.
void ReconnectingSource::Hear(Instant now) {
  if (pictures_here_ == 0) {
    // Between two connections time went on.
    base_ = heard_before_ ? last_time_ + (now - last_picture_) : Duration::zero();
  } else {
    interval_seconds_ += 0.2 * (Seconds(now - last_picture_) - interval_seconds_);
  }
  heard_before_ = true;
  last_heard_ = last_picture_ = now;
  const int64_t passed_over = capture_->passed_over();
  pictures_here_ += 1 + passed_over;
  stamp_.PassOver(passed_over);
  last_time_ = base_ + clock_.Next(capture_->time(), passed_over);
}

ReconnectingSource::Turn ReconnectingSource::Silent() {
  const Duration silence = parts_.clock->Now() - last_heard_;
  const std::string why = Format("no picture for {:.0f} s", Seconds(silence));
  if (silence >= parts_.stall) return Lose(why);
  // Who shows a picture a minute is not stalled in between.
  const bool unusual = Seconds(silence) > kUnusualIntervals * interval_seconds_;
  if (unusual && health().state == SourceState::kLive) {
    Become({.state = SourceState::kStalled, .why = why});
  }
  return Turn::kAgain;
}

ReconnectingSource::Turn ReconnectingSource::Ended() {
  if (const int64_t unseen = capture_->passed_over(); unseen > 0) {
    pictures_here_ += unseen;
    stamp_.PassOver(unseen);
    last_time_ = base_ + clock_.Next(capture_->time(), unseen - 1);
  }
  const VideoProperties& properties = capture_->properties();
  const bool recording = properties.frame_count > 0;
  if (recording && !IsClearlyShort(properties, pictures_here_, last_time_ - base_)) {
    return Turn::kEnd;
  }
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

// It is there all the same: a stall is over.
ReconnectingSource::Turn ReconnectingSource::OverRate() {
  stamp_.PassOver(1);
  {
    const std::lock_guard lock(mutex_);
    ++health_.over_rate;
  }
  if (health().state == SourceState::kStalled) Become({.state = SourceState::kLive});
  return Turn::kAgain;
}

ReconnectingSource::Turn ReconnectingSource::Lose(const std::string& why) {
  const bool was_connected = std::exchange(capture_, nullptr) != nullptr;
  if (was_connected) stamp_.BeginAnew();
  wait_ = backoff_.Next();
  Become({.state = SourceState::kLost, .why = why, .retry_in = *wait_, .losses = was_connected});
  return Turn::kAgain;
}

// `change`: the new state, and what is to be added to the counts.
void ReconnectingSource::Become(const SourceHealth& change) {
  {
    const std::lock_guard lock(mutex_);
    health_.state = change.state;
    health_.why = change.why;
    health_.retry_in = change.retry_in;
    health_.losses += change.losses;
    if (change.state == SourceState::kStalled) ++health_.stalls;
    since_ = parts_.clock->Now();
  }
  if (parts_.on_change) parts_.on_change(health());
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
  SourceHealth now = health_;
  now.retry_in = std::max(Duration::zero(), health_.retry_in - (parts_.clock->Now() - since_));
  return now;
}

}  // namespace hypnos

#include "hypnos/sources/frame_queue.h"

#include <utility>

#include "hypnos/base/check.h"

namespace hypnos {

FrameQueue::FrameQueue(size_t capacity, OnFull on_full) : capacity_(capacity), on_full_(on_full) {
  HYPNOS_CHECK(capacity > 0);
}

bool FrameQueue::Push(Frame frame) {
  std::unique_lock lock(mutex_);
  if (on_full_ == OnFull::kBlock) {
    popped_.wait(lock, [this] { return closed_ || end_ || frames_.size() < room(); });
  }
  if (closed_ || end_) {
    ++drops_.closed;
    return false;
  }
  if (frames_.size() >= room()) DropOldest(&frame);
  frames_.push_back(std::move(frame));
  Announce();
  return true;
}

void FrameQueue::DropOldest(Frame* pushed) {
  const Discontinuity lost = frames_.front().discontinuity;
  frames_.pop_front();
  ++(paused_ ? drops_.paused : asleep_ ? drops_.asleep : drops_.queue_full);
  dropped_since_pop_ = true;
  Frame& next = frames_.empty() ? *pushed : frames_.front();
  next.discontinuity = Stronger(next.discontinuity, lost);
}

void FrameQueue::MarkCut(Frame* next) {
  const bool hole = std::exchange(dropped_since_pop_, false);
  if (hole && next->presentation_time - last_popped_ > kLongestHole) {
    next->discontinuity = Stronger(next->discontinuity, Discontinuity::kGap);
  }
  if (std::exchange(paused_since_pop_, false)) {
    next->discontinuity = Stronger(next->discontinuity, Discontinuity::kPause);
  }
  last_popped_ = next->presentation_time;
}

void FrameQueue::Finish(Result<FrameOrEnd> end) {
  HYPNOS_CHECK(!end.ok() || std::holds_alternative<EndOfStream>(*end));
  const std::lock_guard lock(mutex_);
  if (!end_) end_ = std::move(end);
  Announce();
  popped_.notify_all();
}

Result<FrameOrEnd> FrameQueue::Pop() {
  std::unique_lock lock(mutex_);
  pushed_.wait(lock, [this] { return MayPop(); });
  return PopNow();
}

std::optional<Result<FrameOrEnd>> FrameQueue::TryPop() {
  const std::lock_guard lock(mutex_);
  if (!MayPop()) return std::nullopt;
  return PopNow();
}

void FrameQueue::SetBell(Bell* bell) {
  const std::lock_guard lock(mutex_);
  bell_ = bell;
}

// Under the lock: who takes the bell away must find it silent afterwards.
void FrameQueue::Announce() {
  pushed_.notify_all();
  if (bell_ != nullptr) bell_->Ring();
}

Result<FrameOrEnd> FrameQueue::PopNow() {
  if (closed_) return FrameOrEnd(EndOfStream{});
  if (frames_.empty()) return *end_;
  Frame next = std::move(frames_.front());
  frames_.pop_front();
  if (!asleep_) room_ = frames_.size();
  MarkCut(&next);
  popped_.notify_one();
  return FrameOrEnd(std::move(next));
}

void FrameQueue::SetPaused(bool paused) {
  const std::lock_guard lock(mutex_);
  if (paused) paused_since_pop_ = true;
  paused_ = paused;
  Announce();
}

bool FrameQueue::paused() const {
  const std::lock_guard lock(mutex_);
  return paused_;
}

void FrameQueue::SetAsleep(bool asleep, size_t room) {
  const std::lock_guard lock(mutex_);
  asleep_ = asleep;
  // A backlog is worked off, not kept: behind it everything would be seen late for ever.
  room_ = asleep ? room : frames_.size();
  // Who waits to push may have more room.
  popped_.notify_all();
}

void FrameQueue::Close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  drops_.closed += static_cast<int64_t>(frames_.size());
  frames_.clear();
  Announce();
  popped_.notify_all();
}

bool FrameQueue::has_news() const {
  const std::lock_guard lock(mutex_);
  return MayPop();
}

size_t FrameQueue::size() const {
  const std::lock_guard lock(mutex_);
  return frames_.size();
}

FrameDrops FrameQueue::drops() const {
  const std::lock_guard lock(mutex_);
  return drops_;
}

}  // namespace hypnos

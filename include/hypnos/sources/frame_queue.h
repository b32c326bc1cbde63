// The hand-over from a capture thread to the pipeline: a few frames and how the stream ended.
// A frame that is dropped leaves on the next one the discontinuity that it carried itself. Short
// holes are otherwise only time that passes faster: a camera that is faster than the network would
// have a gap before every frame, and a network that is always reset learns nothing. A hole of more
// than kLongestHole is a kGap.
// Threads: safe; one thread pushes, one pops, any may close or count.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>

#include "hypnos/base/bell.h"
#include "hypnos/base/result.h"
#include "hypnos/sources/source.h"

namespace hypnos {

enum class OnFull {
  kBlock,       // a file waits
  kDropOldest,  // a camera cannot: learning late is worse than learning less
};

struct FrameDrops {
  int64_t queue_full = 0;  // the pipeline was slower than the source
  int64_t asleep = 0;      // the pipeline slept and the source could not wait
  int64_t paused = 0;      // the source was paused and could not wait
  int64_t closed = 0;      // still waiting, or just read, when the queue was closed
};

// Of presentation time, from one frame to the next.
inline constexpr Duration kLongestHole = std::chrono::seconds(1);

class FrameQueue {
 public:
  // Precondition: capacity > 0.
  FrameQueue(size_t capacity, OnFull on_full);

  // Waits while the queue is full and may not drop. False: the queue is closed or finished, and the
  // frame is lost.
  bool Push(Frame frame);

  // How the stream ended: EndOfStream or an error. Frames that wait are still given first. A second
  // call changes nothing.
  void Finish(Result<FrameOrEnd> end);

  // The next frame; waits until there is one. After the last one: how the stream ended, for ever.
  // After Close: EndOfStream.
  Result<FrameOrEnd> Pop();

  // As Pop, but where it would wait it gives nothing.
  std::optional<Result<FrameOrEnd>> TryPop();
  // Rung whenever a frame has come, the stream has ended, or it is paused or goes on: for who waits
  // for several queues. It must outlive the queue, or be taken away before: null.
  void SetBell(Bell* bell);

  // Paused, no frame is given and no end told: who pops waits. The first frame that is given after
  // a pause is a kPause.
  void SetPaused(bool paused);
  bool paused() const;

  // Whether what is not taken in time is lost.
  bool may_drop() const { return on_full_ == OnFull::kDropOldest; }
  // TryPop would give something: a frame, or how the stream ended.
  bool has_news() const;

  // While who takes frames sleeps, up to `room` may wait where that is more than otherwise; those
  // that do are then still given, and the room for more shrinks with them.
  void SetAsleep(bool asleep, size_t room);

  // Nobody wants frames any more: those that wait are dropped, Push and Pop return at once.
  void Close();

  size_t size() const;
  FrameDrops drops() const;

 private:
  // A mark goes to the frame that is now the oldest, at the latest the one being pushed.
  void DropOldest(Frame* pushed);
  bool MayPop() const { return closed_ || (!paused_ && (end_ || !frames_.empty())); }
  // How many may wait now.
  size_t room() const { return std::max(room_, capacity_); }
  Result<FrameOrEnd> PopNow();
  void MarkCut(Frame* next);
  void Announce();

  const size_t capacity_;
  const OnFull on_full_;
  mutable std::mutex mutex_;
  std::condition_variable pushed_;
  std::condition_variable popped_;
  std::deque<Frame> frames_;
  std::optional<Result<FrameOrEnd>> end_;
  FrameDrops drops_;
  Bell* bell_ = nullptr;
  bool asleep_ = false;
  size_t room_ = 0;  // asleep, or for the backlog of a sleep
  bool dropped_since_pop_ = false;
  bool paused_since_pop_ = false;
  Duration last_popped_{};  // presentation time
  bool closed_ = false;
  bool paused_ = false;
};

}  // namespace hypnos

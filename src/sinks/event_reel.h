// The last seconds of one source, and the event that goes on there: which frames are of its clip,
// and which picture shows its peak. Threads: thread-compatible.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hypnos/imaging/image.h"
#include "hypnos/sinks/event_recorder.h"

namespace hypnos {

// What was kept of an event.
struct EventClip {
  EventNews news;  // the last that was told of it
  bool ended = false;
  Image picture;            // of its peak; empty: no frame was seen
  Duration picture_time{};  // of the source
  // JPEG, at the clip's rate; none: no clip is kept.
  std::vector<std::shared_ptr<const std::string>> frames;
  Duration first_time{};  // of the source
  int width = 0;
  int height = 0;
  bool whole = true;  // up to its end and some seconds after that
};

struct KeptFrame {
  Duration time{};
  std::shared_ptr<const std::string> jpeg;
};

// The event that goes on, or whose clip does.
struct EventUnderWay {
  EventClip clip;
  std::deque<KeptFrame> frames;
  uint64_t bytes = 0;
  bool wants_picture = true;  // the next frame is the peak
  std::optional<Instant> waits_until;
};

class EventReel {
 public:
  explicit EventReel(const EventRecorderOptions& options) : options_(options) {}

  // `time`: of the source; `now`: of this machine.
  void Add(Duration time, const Image& image, Instant now);
  // What comes next does not follow what came before: an event that has ended is whole as it is.
  void Cut();
  void Tell(const EventNews& news, Instant now);
  // Of who shows no more frames: what has ended so long ago is whole as it is, and what came before
  // is no longer needed.
  void Wait(Instant now);
  // As it is, whether it has ended or not.
  void Finish();

  // The newest picture of an event, where there is another one than when it was asked last.
  struct Pictured {
    uint64_t id = 0;
    Image picture;
  };
  std::optional<Pictured> TakePictured() { return std::exchange(pictured_, std::nullopt); }
  // Those that are whole, or will not be.
  std::vector<EventClip> TakeFinished() { return std::exchange(finished_, {}); }

 private:
  void Keep(Duration time, const Image& image);
  void Record(const KeptFrame& kept);
  void TakePicture(Duration time, const Image& image);
  void ForgetBefore();

  const EventRecorderOptions options_;
  Instant last_added_{};
  std::deque<KeptFrame> before_;
  uint64_t before_bytes_ = 0;
  int width_ = 0;  // of what is kept
  int height_ = 0;
  std::optional<EventUnderWay> under_way_;
  std::optional<Pictured> pictured_;
  std::vector<EventClip> finished_;
};

}  // namespace hypnos

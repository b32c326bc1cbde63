// Keeps what an event looked like: a picture of its peak, a clip of what came before, of it and of
// what came after, and its figures, a file each, in a folder of bounded size; and a small picture
// for whoever shows events.
//
//   frames, so many a second -> JPEG -> the last seconds of each source
//   an event: those, and what comes until some seconds after its end -> NAME.png, .avi, .json
//
// Who shows and tells never waits. One thread encodes and gives out the small pictures; where it is
// too slow frames are left out and counted, but nothing that is told. Another one writes; where it
// is too slow, or hangs in a disk, whole events are left out and counted. Memory is bounded:
// seconds and bytes before, of each source and clip; of frames that wait; of clips that wait. What
// fails is told once, and once more when it works
// again. Files are made whole, .json last: who sees that sees the others. The oldest events make
// room. Threads: safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "hypnos/base/clock.h"
#include "hypnos/base/file_system.h"
#include "hypnos/imaging/image.h"
#include "hypnos/sinks/notice.h"

namespace hypnos {

struct EventRecorderOptions {
  std::string folder;  // empty: no files, and no clips
  std::string host = {};
  Duration before = std::chrono::seconds(5);
  Duration after = std::chrono::seconds(5);
  // Of an event that goes on for longer, the clip ends after so much of it.
  Duration longest = std::chrono::seconds(60);
  double frame_rate_hz = 5;  // of clips
  int width = 640;           // of clips: larger pictures are made smaller
  uint64_t budget_bytes = uint64_t{1000} * 1000 * 1000;
};

// What is told of an event. Times of the source are those of its frames.
struct EventNews {
  enum class What { kBegin, kPeak, kEnd };
  What what = What::kBegin;
  Notice notice = {};  // `id` tells events apart
  double x = 0;        // where it was most unusual, in shares of width and height
  double y = 0;
  WallTime peak_wall_time{};
  Duration begin{};
  Duration peak_time{};
  Duration end{};
};

struct EventRecorderStatus {
  uint64_t kept = 0;    // events that are written
  uint64_t failed = 0;  // that could not be, or for which there was no time
  uint64_t frames_left_out = 0;
  uint64_t bytes = 0;  // in the folder
  std::string error;   // why the last one could not be written; empty: it was
};

class EventRecorder {
 public:
  // `pictured`: given a small JPEG of an event of this id, each time it has become more unusual, on
  // the recorder's thread; may be empty. `files` and `clock` outlive it and, where Stop says false,
  // everything.
  struct Parts {
    FileSystem& files;
    const Clock& clock;
    std::function<void(uint64_t id, std::string jpeg)> pictured;
  };
  EventRecorder(EventRecorderOptions options, Parts parts);
  // As Stop, which should have come before.
  ~EventRecorder();
  EventRecorder(const EventRecorder&) = delete;
  EventRecorder& operator=(const EventRecorder&) = delete;

  // Whether this frame is to be shown: it is time for another one of the clip, or it is the peak
  // that was told of just before. `cut`: it does not follow the one before; to be asked of each
  // frame.
  bool Wants(const std::string& source, Duration time, bool cut);
  void Show(const std::string& source, Duration time, Image image);
  // Before the frame at which it is told.
  void Tell(EventNews news);
  // The source shows nothing more: what goes on there is whole as it is, and nothing of it is kept
  // in memory.
  void Forget(const std::string& source);

  // Writes what was told of, also where it has not ended. False: by `end_by` it had not, and is
  // left behind.
  bool Stop(Instant end_by);

  EventRecorderStatus status() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace hypnos

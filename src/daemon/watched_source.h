// The source that is watched, from before it is open until after it has ended: for those who ask
// about it, pause it, or stop it.
//
//   opening --Opened--> watched <--SetPaused--> paused --Ended--> ended
//
// Threads: safe.
#pragma once

#include <mutex>
#include <string>

#include "hypnos/base/result.h"
#include "hypnos/sources/capture_thread.h"
#include "proto/telemetry.pb.h"

namespace hypnos {

class WatchedSource {
 public:
  explicit WatchedSource(std::string name) : name_(std::move(name)) {}

  // `capture` must outlive this object. What was asked for before holds from now on.
  void Opened(CaptureThread& capture);
  // No more frames are watched.
  void Ended();
  // Nobody wants frames any more, also where it is still being opened.
  void Stop();

  // False: it was so already. kNotFound, reason SOURCE_NOT_FOUND.
  Result<bool> SetPaused(const std::string& name, bool paused);

  bool ended() const;
  FrameDrops drops() const;
  // All but what is shown now and how many frames were seen.
  telemetry::Source Report() const;

 private:
  telemetry::Source::State State(const SourceHealth& health) const;

  const std::string name_;
  mutable std::mutex mutex_;
  CaptureThread* capture_ = nullptr;  // null: being opened
  bool paused_ = false;
  bool stopped_ = false;
  bool ended_ = false;
};

}  // namespace hypnos

// One source that is watched, from before it is open until after it has ended: for those who ask
// about it, pause it, or stop it.
//
//   opening --Open--> watched <--SetPaused--> paused --Ended--> ended
//
// Threads: safe; one thread opens it.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "daemon/event_book.h"
#include "hypnos/base/result.h"
#include "hypnos/pipeline/pipeline.h"
#include "hypnos/sources/capture_thread.h"
#include "hypnos/sources/source_options.h"
#include "proto/config.pb.h"
#include "proto/telemetry.pb.h"

namespace hypnos {

class WatchedSource {
 public:
  using Opener = std::function<Result<std::unique_ptr<Source>>(const SourceOptions&)>;

  // `source`: of that configuration. `reconnects`: false where the run is to end with its sources,
  // so that one which is lost must not be waited for. `events`: may be null.
  WatchedSource(const config::Source& source, const config::Config& config, bool reconnects,
                const SharedEvents& events);

  const std::string& name() const { return options_.identity.name; }

  // It may take long. `passed`: what has been seen already. It goes on behind that where it can,
  // and passes over so many frames where it gives the same ones again (see GivesTheSame); otherwise
  // it begins anew. Errors: those of OpenSource.
  Status Open(const Opener& open, const Pipeline::AwaitedStream& passed = {});
  // Where both read the same file as it grows, or the same connection, and in the same way, it goes
  // on at that place of the other one. Precondition: it is open, and was not started.
  void GoOnFrom(const WatchedSource& other, const std::shared_ptr<const SourcePlace>& place);
  // Frames are read from now on. What was asked for before holds. Precondition: it is open.
  void Start();
  // Its frames. Precondition: it was started.
  StreamInput input();
  // No more frames are watched.
  void Ended();
  // Nobody wants frames any more, also where it is still being opened.
  void Stop();
  // Stops, and waits for the thread that reads it. False: that hangs in a library and is left
  // behind.
  bool Close();

  // False: it was so already.
  bool SetPaused(bool paused);

  bool ended() const;
  // What it gives comes behind the frames that had been seen when it was opened.
  bool goes_on() const;
  FrameDrops drops() const;
  int64_t unreadable() const;
  // All but what is shown now and how many frames were seen.
  telemetry::Source Report() const;

 private:
  WatchedSource(const config::Source& source, const config::Config& config, bool reconnects,
                const SharedEvents& events, std::shared_ptr<Interruption> interruption);

  telemetry::Source::State State(const SourceHealth& health) const;
  const Source* source() const;
  bool stopped() const;

  const SourceOptions options_;
  const size_t queue_frames_;
  const OnFull on_full_;
  const telemetry::Source::Kind kind_;
  const bool waited_for_;
  const bool gives_the_same_;
  const std::shared_ptr<Interruption> interruption_;
  mutable std::mutex mutex_;
  std::unique_ptr<Source> opened_;            // until it is started
  bool continues_ = false;                    // where it had been left
  std::shared_ptr<const SourcePlace> place_;  // of another, whose successor it is
  std::optional<CaptureThread> capture_;      // from then on
  bool paused_ = false;
  bool stopped_ = false;
  bool ended_ = false;
};

}  // namespace hypnos

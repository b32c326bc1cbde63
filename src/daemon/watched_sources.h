// All sources that are watched, in the order of their turns: opened, handed to the pipeline,
// paused, removed and replaced while it runs. Threads: safe. What may take long says so; whoever
// runs the pipeline must not call that.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "daemon/status.h"
#include "daemon/watched_source.h"
#include "hypnos/pipeline/pipeline.h"

namespace hypnos {

class WatchedSources final : public PipelineObserver {
 public:
  struct Parts {
    Pipeline& pipeline;
    StatusBoard& board;
    WatchedSource::Opener open = OpenSource;
    // False: the run is to end with them.
    bool reconnects = true;
    // Null: nobody remembers what happens to them.
    SharedEvents events = nullptr;
    // Some have come or gone.
    std::function<void()> changed = [] {};
  };

  // Those of the configuration, none of them open yet.
  WatchedSources(Parts parts, const config::Config& config);

  // Opens all, one after the other; it may take long. `passed`: by name, what has been
  // seen already; see WatchedSource::Open. Errors: those of OpenSource, of the first one
  // that cannot be opened; kUnavailable, reason STOPPING.
  Status Open(const std::map<std::string, Pipeline::AwaitedStream>& passed = {});
  // Reads from all, and hands them to the pipeline.
  void Start();

  // Those of these names go, and these come, of which one may have the name of one that goes. They
  // are opened first, which may take long: where one cannot be, nothing has changed. `config`: the
  // one of which they are.
  // kNotFound, reason SOURCE_NOT_FOUND; kFailedPrecondition: SOURCE_EXISTS, or SOURCES_ARE_OPENED
  // where those of the start still are; errors of OpenSource; kUnavailable, reason STOPPING.
  Status Change(const std::vector<std::string>& gone, const std::vector<config::Source>& come,
                const config::Config& config);

  // The same in two steps: opened, and not watched yet; then the names go, and these come.
  using Opened = std::vector<std::shared_ptr<WatchedSource>>;
  Result<Opened> Prepare(const std::vector<std::string>& gone,
                         const std::vector<config::Source>& come, const config::Config& config);
  // One that reads on what the one of its name has read goes on behind that.
  void Replace(const std::vector<std::string>& gone, const Opened& come);

  // Why a change is refused.
  static Error Exists(const std::string& name);
  static Error StillOpening();
  // Whether this source is there, and the only one. INVALID_ARGUMENT, reason ONE_NETWORK, where it
  // is not alone.
  Status CheckAlone(const std::string& name) const;

  // Whether it gives what comes behind the frames that had been seen when it was opened.
  bool GoesOn(const std::string& name) const;

  // False: it was so already. kNotFound, reason SOURCE_NOT_FOUND.
  Result<bool> SetPaused(const std::string& name, bool paused);

  void OnStreamEnd(const StreamEnd& end) override;

  // Nobody wants frames any more.
  void Stop();
  // Waits for what reads them; false: something hangs in a library and is left behind, now or
  // before.
  bool Close();

  // None is watched any more.
  bool ended() const;
  FrameDrops drops() const;
  int64_t unreadable() const;
  // With what is shown of each.
  std::vector<telemetry::Source> Reports(const StatusSnapshot& status) const;

 private:
  void TellChange(const std::vector<std::string>& gone, const Opened& come) const;
  bool stopped() const;
  using Shared = std::shared_ptr<WatchedSource>;

  Result<Opened> OpenNew(const std::vector<config::Source>& come, const config::Config& config);
  Status CheckStarted() const;
  Status CheckChange(const std::vector<std::string>& gone,
                     const std::vector<config::Source>& come) const;
  // Which one it was, and behind which of its frames.
  struct Removed {
    std::shared_ptr<WatchedSource> source;
    std::shared_ptr<const SourcePlace> place;
  };
  Removed Remove(const std::string& name);
  void Add(const Shared& source);
  Shared Find(const std::string& name) const;
  std::vector<Shared> All() const;
  Error NotFound(const std::string& name) const;

  const Parts parts_;
  std::mutex change_mutex_;  // one change at a time
  mutable std::mutex mutex_;
  std::vector<Shared> sources_;
  std::vector<Shared> opening_;  // while it runs
  bool started_ = false;
  bool coming_ = false;  // the place of others is being taken: they have not all ended
  bool stopped_ = false;
  bool left_behind_ = false;
};

}  // namespace hypnos

// All networks of the daemon: with `share: weights` one that learns from all sources; with `share:
// nothing` one for each source, by the name of which it is known, and which comes and goes with it.
// They share threads, and nothing else: whatever one does, stalls at or fails by changes no bit of
// another. All begin from the same seed, so that neither order nor company matter to any of them.
// Threads: safe. What may take long says so; whoever runs a pipeline must not call that.
#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "daemon/display.h"
#include "daemon/learner.h"

namespace hypnos {

class Learners {
 public:
  using Shared = std::shared_ptr<Learner>;

  Learners(const config::Config& config, LearnerParts parts);

  // See Learner; of all, up to the first that fails, or until they are stopped (STOPPING). They may
  // take long.
  Status Resume();
  Status Open();
  Status StartRecording();
  // What of a file of scores stays; then each begins to watch, on a thread of its own.
  Result<ScoresStart> StartOfScores(const std::string& path) const;
  void Start(ScoresWriter* scores);

  // Of networks that have a source each: those of these names go, and these come, of which one may
  // have the name of one that goes: then its network stays. One that goes is saved, ends, and gives
  // back its memory. As WatchedSources::Change; also errors of Learner::Resume and StartRecording,
  // and those of saving one that goes.
  Status Change(const std::vector<std::string>& gone, const std::vector<config::Source>& come,
                const config::Config& config);

  std::vector<Shared> All() const;
  // By the name of its source; null: there is none.
  Shared Find(const std::string& name) const;
  Error NotFound(const std::string& name) const;

  // All have come to an end, at least until another source comes.
  bool ended() const;
  // And there is nothing that whoever waits for them could want to know.
  bool idle() const;
  // The exit code that they come to; of those that were added meanwhile only where the daemon ends
  // with its sources.
  int code() const;
  std::vector<ShownNetwork> Show() const;
  // What those that have ended have to say, since the last time.
  std::string TakeSummaries();

  // Each finishes the steps under way, and no more.
  void Stop();
  // Waits until all have ended, after Stop or where they end with their sources.
  void Join();
  // Of all; false: of one it failed.
  bool SaveAtEnd();
  void EndRecording();
  // False: something hangs in a library and is left behind, now or before.
  bool Close();

 private:
  struct Entry {
    std::string name;  // of its source; empty: it learns from all
    Shared learner;
    std::thread thread = {};
    bool added = false;  // while the daemon runs
  };

  void WarnOfOthers() const;
  Entry Make(const std::string& name, const config::Config& config, bool added) const;
  config::Config ConfigOf(const config::Source& source, const config::Config& config) const;
  Status CheckChange(const std::vector<std::string>& gone,
                     const std::vector<config::Source>& come) const;
  Entry* EntryOf(const std::string& name);
  // Ready to be started.
  Status OpenNew(Entry& entry);
  Status CheckGoesOn() const;
  void WarnOfRowsThatComeAgain(const Learner& learner) const;
  // What goes or has another source soon is saved before.
  Status SaveBefore(const std::vector<std::string>& gone, const std::vector<config::Source>& come);
  // On a thread of its own.
  void StartOne(Entry& entry);
  void Remove(const std::string& name);

  const LearnerParts parts_;
  const bool separate_;
  const std::string folder_;          // of checkpoints
  std::vector<std::string> sources_;  // of the start
  ScoresWriter* scores_ = nullptr;
  std::mutex change_mutex_;  // one change at a time
  mutable std::mutex mutex_;
  std::vector<Entry> entries_;
  std::weak_ptr<Learner> opening_;  // while it runs: no entry yet
  std::set<std::string> known_;     // who was watched since the daemon was started
  bool resumed_ = false;            // those of the start can be told to stop
  bool started_ = false;
  bool stopped_ = false;
  bool left_behind_ = false;
  std::string summaries_;  // of those that are gone
};

}  // namespace hypnos

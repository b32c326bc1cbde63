// What has happened that whoever runs the daemon may want to know of: told to the log, and
// remembered for those who ask. Bounded; gone when the daemon ends. Threads: safe.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "hypnos/base/clock.h"
#include "hypnos/base/result.h"
#include "proto/control.pb.h"

namespace hypnos {

class EventBook {
 public:
  // So many of each severity are remembered: a restless camera pushes out no alarm.
  static constexpr size_t kMost = 1000;
  // So many are told with each update.
  static constexpr size_t kTold = 32;

  explicit EventBook(const Clock& clock) : clock_(clock) {}

  void Note(control::Event::Kind kind, const std::string& source, const std::string& message);

  // One that goes on, told to the log, too: all of it but its number and how severe it is. Returns
  // its number. `judge` is told what somebody decides about it, each time; may be empty.
  using Judge = std::function<void(control::Event::Verdict)>;
  uint64_t Open(control::Event event, Judge judge);
  // What has become of the one of this number, but for when it began and what was decided. Without
  // effect where it is no longer remembered.
  void Change(const control::Event& event);

  // Of the event of this number, instead of what there was, as JPEG. Without effect where it is no
  // longer remembered. The newest kMostPictures are kept.
  static constexpr size_t kMostPictures = 200;
  void SetPicture(uint64_t id, std::string jpeg);
  // Errors: as EventPictureRequest says.
  Result<std::string> Picture(uint64_t id) const;

  // Told of each event from now on, in their order, and once more where one that goes on has ended,
  // with its picture or an empty one, on the thread that says so: it must neither wait nor ask this
  // book. Returns what Unfollow takes.
  using Follower = std::function<void(const control::Event&, const std::string& picture)>;
  uint64_t Follow(Follower follower);
  // It is told of nothing more, and of nothing just now.
  void Unfollow(uint64_t follower);

  // Errors: kInvalidArgument, reason LIMIT, for more than a thousand.
  Result<control::QueryEventsResponse> Query(const control::QueryEventsRequest& request) const;
  // Errors: as ResolveEventRequest says.
  Result<control::Event> Resolve(const control::ResolveEventRequest& request);
  // Into the update. `source`: of this one alone; empty: all.
  void AddNewest(control::Update& update, const std::string& source = "") const;

 private:
  // With the mutex held.
  void Remember(control::Event event);
  void TellFollowers(const control::Event& event, const std::string& picture) const;
  control::Event* Find(uint64_t id);

  const Clock& clock_;
  mutable std::mutex mutex_;
  std::map<uint64_t, Follower> followers_;
  uint64_t last_follower_ = 0;
  std::deque<control::Event> events_;  // the oldest first
  uint64_t last_id_ = 0;
  // Of those that are remembered.
  std::map<uint64_t, Judge> judges_;
  std::map<uint64_t, std::string> pictures_;
};

// Shared: a thread that hangs in a library is left behind, and may still tell something.
using SharedEvents = std::shared_ptr<EventBook>;

control::Event::Severity SeverityOf(control::Event::Kind kind);

// To the log, as loud as it is severe, and to the book, where there is one. `message`: a sentence
// without what would disturb a terminal.
void Tell(const SharedEvents& events, control::Event::Kind kind, const std::string& source,
          const std::string& message);

}  // namespace hypnos

// What has happened that whoever runs the daemon may want to know of: told to the log, and
// remembered for those who ask. Bounded; gone when the daemon ends. Threads: safe.
#pragma once

#include <cstdint>
#include <deque>
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

  // Errors: kInvalidArgument, reason LIMIT, for more than a thousand.
  Result<control::QueryEventsResponse> Query(const control::QueryEventsRequest& request) const;
  // Errors: as ResolveEventRequest says.
  Result<control::Event> Resolve(const control::ResolveEventRequest& request);
  // Into the update.
  void AddNewest(control::Update& update) const;

 private:
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::deque<control::Event> events_;  // the oldest first
  uint64_t last_id_ = 0;
};

// Shared: a thread that hangs in a library is left behind, and may still tell something.
using SharedEvents = std::shared_ptr<EventBook>;

control::Event::Severity SeverityOf(control::Event::Kind kind);

// To the log, as loud as it is severe, and to the book, where there is one. `message`: a sentence
// without what would disturb a terminal.
void Tell(const SharedEvents& events, control::Event::Kind kind, const std::string& source,
          const std::string& message);

}  // namespace hypnos

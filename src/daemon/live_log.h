// Tells the log, and the book of events, how a camera or stream comes and goes: each change once,
// and a try that fails for the same reason as the one before not at all. Threads:
// thread-compatible.
#pragma once

#include <string>
#include <utility>

#include "daemon/event_book.h"
#include "hypnos/sources/learning_gate.h"
#include "hypnos/sources/source_health.h"

namespace hypnos {

class LiveLog {
 public:
  LiveLog(std::string name, SharedEvents events)
      : name_(std::move(name)), events_(std::move(events)) {}

  void OnChange(const SourceHealth& health);
  void OnGate(GateVerdict verdict) const;

 private:
  void Note(control::Event::Kind kind, const std::string& what) const;

  const std::string name_;
  const SharedEvents events_;
  bool lost_ = false;  // that was told
  std::string told_;   // why it is lost
};

}  // namespace hypnos

// Tells the log how a camera or stream comes and goes: each change once, and a try that fails for
// the same reason as the one before not at all.
// Threads: thread-compatible.
#pragma once

#include <string>
#include <utility>

#include "hypnos/sources/learning_gate.h"
#include "hypnos/sources/source_health.h"

namespace hypnos {

class LiveLog {
 public:
  explicit LiveLog(std::string name) : name_(std::move(name)) {}

  void OnChange(const SourceHealth& health);
  void OnGate(GateVerdict verdict) const;

 private:
  const std::string name_;
  std::string told_;  // why it is lost
};

}  // namespace hypnos

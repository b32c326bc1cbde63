// How a network does: its phase, its layers, its sleep, and all of it together.
// Threads: safe.
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "daemon/service_parts.h"
#include "daemon/status.h"
#include "hypnos/base/clock.h"
#include "hypnos/base/result.h"
#include "proto/config.pb.h"
#include "proto/control.pb.h"

namespace hypnos {

class StatusAnswers {
 public:
  // `parts` must outlive this object.
  StatusAnswers(const ServiceParts& parts, const config::Config& config, std::string version);

  // What the daemon does, of a network of this status.
  control::StatusResponse Describe(const StatusSnapshot& now) const;
  Result<control::Response> ListLayers() const;
  Result<control::Response> SleepStatus() const;

  telemetry::Phase Phase(const StatusSnapshot& status) const;
  telemetry::Phase PhaseNow() const { return Phase(parts_.board.Snapshot()); }
  std::vector<telemetry::Layer> Layers(const StatusSnapshot& status) const;
  // Nothing where there are none.
  std::optional<telemetry::Labels> Labels(const StatusSnapshot& status) const;

  // Whether it learns, as far as anybody has a say in it.
  void NoteLearning(bool on) { learning_ = on; }

 private:
  const ServiceParts& parts_;
  const std::string version_;
  const Instant begin_;
  const config::Network network_;
  const config::Labels labels_;
  std::atomic<bool> learning_ = true;
};

}  // namespace hypnos

// How active the layers are, for subscribers: measured when somebody wants to know, and at most
// four times a second however many do.
// Threads: safe.
#pragma once

#include <mutex>
#include <vector>

#include "daemon/worker.h"
#include "hypnos/base/clock.h"
#include "hypnos/pipeline/pipeline.h"
#include "proto/telemetry.pb.h"

namespace hypnos {

class ActivityMeter {
 public:
  static constexpr Duration kPeriod = std::chrono::milliseconds(250);

  // All must outlive this object; it must outlive the worker's jobs.
  ActivityMeter(const Clock& clock, Pipeline& pipeline, Worker& worker)
      : clock_(clock), pipeline_(pipeline), worker_(worker) {}

  // As last measured; nothing before that. Where that is too long ago, has it measured anew.
  // Never waits.
  std::vector<telemetry::Activity> Latest();

 private:
  void Measure();

  const Clock& clock_;
  Pipeline& pipeline_;
  Worker& worker_;
  std::mutex mutex_;
  std::vector<telemetry::Activity> latest_;
  Instant asked_;
  bool ever_asked_ = false;
};

}  // namespace hypnos

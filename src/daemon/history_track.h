// What has happened to one network since somebody last asked: its phases, and what the guard has
// decided. Of what nobody asks for, the oldest is forgotten.
// Threads: safe.
#pragma once

#include <cstddef>
#include <deque>
#include <mutex>
#include <utility>
#include <vector>

#include "hypnos/base/clock.h"
#include "hypnos/pipeline/report.h"
#include "hypnos/telemetry/history_data.h"
#include "proto/telemetry.pb.h"

namespace hypnos {

inline int64_t MillisecondsOf(WallTime time) {
  return std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

class HistoryTrack final : public PipelineObserver {
 public:
  static constexpr size_t kMost = 1000;

  explicit HistoryTrack(const Clock& clock) : clock_(clock) {}

  void OnPhase(const PhaseReport& report) override {
    Note({.time = MillisecondsOf(clock_.WallNow()),
          .state = report.asleep ? telemetry::Phase::ASLEEP : telemetry::Phase::AWAKE,
          .text = ToString(report.cause)});
  }
  void OnGuard(const GuardReport& report) override {
    if (!report.news) return;
    Note({.time = MillisecondsOf(report.news->time),
          .kind = HistoryChange::Kind::kGuard,
          .text = ToString(*report.news)});
  }

  // In the order in which they came, without a source.
  std::deque<HistoryChange> Take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(changes_, {});
  }

 private:
  void Note(HistoryChange change) {
    const std::lock_guard lock(mutex_);
    if (changes_.size() == kMost) changes_.pop_front();
    changes_.push_back(std::move(change));
  }

  const Clock& clock_;
  std::mutex mutex_;
  std::deque<HistoryChange> changes_;
};

}  // namespace hypnos

// When an event begins, goes on and ends: hysteresis, a least duration, quiet at its end, a pause
// after it, and none while the scene is still being learned.
//
//   waiting -- score >= begin --> rising -- for least_seconds --> under way
//   rising  -- score < end    --> waiting
//   under way -- score < end for quiet_seconds, or a cut --> waiting, and cooling down
//   any -- many places change at once, or none at all --> a changed scene, and then settling
// Threads: thread-compatible. Nothing fails or allocates.
#pragma once

#include <algorithm>
#include <cstdint>

#include "hypnos/base/clock.h"
#include "hypnos/base/state_archive.h"
#include "hypnos/novelty/options.h"
#include "hypnos/novelty/report.h"

namespace hypnos {

class EventMachine {
 public:
  explicit EventMachine(const EventOptions& options) : options_(options) {}

  struct Moment {
    Duration time{};    // of the source
    double passed = 0;  // seconds since the frame before
    bool cut = false;
    bool learned = true;  // what was seen of it counts as usual
  };
  // `observer`: may be null.
  void Observe(const NoveltyReport& report, const Moment& moment, NoveltyObserver* observer);

  // Nothing follows that could belong to the event under way.
  void End(NoveltyObserver* observer);

  void NumberAbove(uint64_t number) { told_ = std::max(told_, number); }
  uint64_t last_number() const { return told_; }
  bool warm() const { return learned_seconds_ >= options_.warm_up_seconds; }
  // The one under way; also where it has not lasted long enough to be told.
  const NoveltyEvent* current() const { return state_ == State::kWaiting ? nullptr : &event_; }
  // Has been told.
  bool under_way() const { return state_ == State::kUnderWay; }

  void ExchangeState(StateArchive& archive);

 private:
  enum class State { kWaiting, kRising, kUnderWay };

  bool SceneChanges(const NoveltyReport& report, const Moment& moment, NoveltyObserver* observer);
  void Wait(const NoveltyReport& report, const Moment& moment);
  void Follow(const NoveltyReport& report, const Moment& moment, NoveltyObserver* observer);

  EventOptions options_;
  State state_ = State::kWaiting;
  double learned_seconds_ = 0;
  double quiet_ = 0;     // seconds below the end's score
  double lasted_ = 0;    // seconds since it began to rise
  double cooling_ = 0;   // seconds left
  double settling_ = 0;  // the same
  uint64_t told_ = 0;
  NoveltyEvent event_;
};

}  // namespace hypnos

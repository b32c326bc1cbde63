// A threshold that stays where it is while anything is learned, and moves between phases.
//
//   on waking up   shift <- shift + share ((mean G of real + mean G of fake) / 2 - theta - shift)
//
// where theta is where it began, and all are a unit's share. Moved step by step it would follow the
// phase: awake up to what is real, asleep down to what is dreamed, and nothing would be left to
// learn in either.
// Threads: thread-compatible.
#pragma once

#include <cstdint>

#include "hypnos/base/state_archive.h"
#include "hypnos/layer/ff_layer.h"

namespace hypnos {

class MovingThreshold {
 public:
  // share 0: it never moves. `begin`: theta, a unit's share of G_f - G_c.
  MovingThreshold(float share, float begin) : share_(share), begin_(begin) {}

  // The goodness of a step that is learned from, a unit's share.
  void Count(Phase phase, double goodness) {
    (phase == Phase::kPositive ? real_ : fake_).Add(goodness);
  }

  // Of a cycle that had both; otherwise it waits for the next one.
  void WakeUp() {
    if (share_ <= 0 || real_.count == 0 || fake_.count == 0) return;
    const double middle = (real_.mean() + fake_.mean()) / 2;
    shift_ += share_ * (static_cast<float>(middle) - begin_ - shift_);
    real_ = fake_ = {};
  }

  float shift() const { return shift_; }
  // From here on, as if nothing had been counted.
  void Restart(float shift) {
    shift_ = shift;
    real_ = fake_ = {};
  }

  void Shift(float by) { shift_ += by; }

  void ExchangeState(StateArchive& archive) {
    const StateArchive::Scope scope(archive, "threshold");
    archive.Number("shift", shift_);
    archive.Number("real_sum", real_.sum);
    archive.Number("real_count", real_.count);
    archive.Number("fake_sum", fake_.sum);
    archive.Number("fake_count", fake_.count);
  }

 private:
  struct Mean {
    void Add(double value) {
      sum += value;
      ++count;
    }
    double mean() const { return sum / static_cast<double>(count); }
    double sum = 0;
    uint64_t count = 0;
  };

  float share_;
  float begin_;
  float shift_ = 0;
  Mean real_, fake_;
};

}  // namespace hypnos

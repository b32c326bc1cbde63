// When sequences of a stream are remembered, counted by the thread that submits steps: asked of the
// memory itself, the answer would hang on how far the steps under way have come.
// Threads: thread-compatible.
#pragma once

#include <algorithm>
#include <cstddef>

#include "hypnos/base/state_archive.h"

namespace hypnos {

class MemoryLedger {
 public:
  // frames: of a sequence; interval: frames between two beginnings, at least a sequence's length.
  MemoryLedger(size_t frames, size_t interval)
      : frames_(frames), interval_(std::max(interval, frames)) {}

  // For every frame that is learned from, before it is submitted. True: a sequence begins with it,
  // every so many frames and after every cut.
  bool BeginsWithNext(bool after_cut) {
    if (!after_cut && until_next_ > 0 && --until_next_ > 0) return false;
    until_next_ = interval_;
    until_whole_ = frames_;
    return true;
  }

  // For every frame that is learned from, after it was submitted. True: with it a sequence is
  // whole.
  bool Count() { return until_whole_ > 0 && --until_whole_ == 0; }

  // What is being collected will not be whole; one begins with the next frame.
  void Abandon() { until_next_ = until_whole_ = 0; }

  void ExchangeState(StateArchive& archive) {
    until_next_ = archive.Count("until_next", until_next_, interval_);
    until_whole_ = archive.Count("until_whole", until_whole_, frames_);
  }

 private:
  size_t frames_, interval_;
  size_t until_next_ = 0;
  size_t until_whole_ = 0;  // frames; 0: none is being collected
};

}  // namespace hypnos

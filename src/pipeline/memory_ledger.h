// When sequences of the stream are remembered, and how many the memory holds, counted by the
// thread that submits steps: asked of the memory itself, the answer would hang on how far the steps
// under way have come.
// Threads: thread-compatible.
#pragma once

#include <algorithm>
#include <cstddef>

namespace hypnos {

class MemoryLedger {
 public:
  // capacity: of the memory; frames: of a sequence; interval: frames between two beginnings, at
  // least a sequence's length.
  MemoryLedger(size_t capacity, size_t frames, size_t interval)
      : capacity_(capacity), frames_(frames), interval_(std::max(interval, frames)) {}

  // For every frame that is learned from, before it is submitted. True: a sequence begins with it,
  // every so many frames and after every cut.
  bool BeginsWithNext(bool after_cut) {
    if (!after_cut && until_next_ > 0 && --until_next_ > 0) return false;
    until_next_ = interval_;
    until_whole_ = frames_;
    return true;
  }

  // For every frame that is learned from, after it was submitted.
  void Count() {
    if (until_whole_ == 0 || --until_whole_ > 0) return;
    remembered_ = std::min(remembered_ + 1, capacity_);
  }

  // Sequences that the memory will hold once the steps under way have been encoded.
  size_t remembered() const { return remembered_; }

 private:
  size_t capacity_, frames_, interval_;
  size_t until_next_ = 0;
  size_t until_whole_ = 0;  // frames; 0: none is being collected
  size_t remembered_ = 0;
};

}  // namespace hypnos

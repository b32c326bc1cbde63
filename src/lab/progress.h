// How far a run has come: on a terminal a bar on one line, otherwise a log line now and then.
// Threads: safe. Has none of its own; who works calls it.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>

#include "hypnos/base/clock.h"

namespace hypnos::lab {

// "████░░░░  50 %  3 of 12 cells  0:20 left". A bar of `width` characters; 0: none. No time left is
// named before anything is done.
std::string ProgressText(uint64_t done, uint64_t work, size_t cells_done, size_t cells,
                         Duration elapsed, size_t width);

class Progress {
 public:
  Progress(const Clock& clock, bool terminal, uint64_t work, size_t cells);
  // Takes the bar away.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void Advance(uint64_t work);
  void FinishCell();

 private:
  void Show(Instant now);
  void Erase();

  const Clock& clock_;
  const bool terminal_;
  const uint64_t work_;
  const size_t cells_;
  const Instant begin_;
  std::mutex mutex_;
  Instant shown_;
  uint64_t done_ = 0;
  size_t cells_done_ = 0;
  std::mutex draw_mutex_;
  bool drawn_ = false;
};

}  // namespace hypnos::lab

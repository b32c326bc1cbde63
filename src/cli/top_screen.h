// The terminal, as a place for lines and a source of keys: a thin layer over ncurses.
// Threads: thread-compatible; one at a time.
#pragma once

#include <memory>
#include <vector>

#include "cli/top_layout.h"
#include "hypnos/base/result.h"

namespace hypnos::cli {

class TopScreen {
 public:
  // kInvalidArgument, reason NO_TERMINAL.
  static Result<std::unique_ptr<TopScreen>> Open();
  // Leaves the terminal as it was.
  ~TopScreen();
  TopScreen(const TopScreen&) = delete;
  TopScreen& operator=(const TopScreen&) = delete;

  size_t rows() const;
  size_t columns() const;
  void Draw(const std::vector<TopLine>& lines);
  // The keys that were pressed since the last time; see top_state.h.
  std::vector<int> Keys();

 private:
  explicit TopScreen(void* screen);

  void* screen_;  // ncurses' SCREEN
  bool utf8_;
};

}  // namespace hypnos::cli

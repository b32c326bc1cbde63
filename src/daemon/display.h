// Shows the status while the daemon runs: on a terminal a block that is drawn anew a few times a
// second, otherwise a log line every few seconds.
// Threads: has one of its own.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "daemon/text.h"

namespace hypnos {

// One network, as it is shown.
struct ShownNetwork {
  RunDescription run;
  StatusSnapshot status;
  FrameDrops drops;
  // Begins its lines in a log, where there are several: "source 'door': ".
  std::string whose = "";
  bool ended = false;
};

class Display {
 public:
  // What is shown; called on the display's thread.
  struct Sources {
    std::function<std::vector<ShownNetwork>()> networks;
    // Without a terminal: from one line to the next. May change.
    std::function<double()> interval_seconds;
  };

  explicit Display(Sources sources);
  // Leaves the last block where it is.
  ~Display();
  Display(const Display&) = delete;
  Display& operator=(const Display&) = delete;

 private:
  void Loop();
  void Draw();
  void Log();
  // Those that have seen a frame.
  std::vector<ShownNetwork> Shown() const;
  void Erase();

  Sources sources_;
  bool terminal_;
  std::mutex draw_mutex_;
  size_t lines_drawn_ = 0;
  std::mutex mutex_;
  std::condition_variable stop_changed_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace hypnos

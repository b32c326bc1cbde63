// Signals as calls on an ordinary thread.
//   TERM, INT   on_stop; a second one ends the process at once
//   HUP, USR1   named in the log: nothing to reload or reopen
// Make it before any other thread, so that all of them leave the signals to this one.
#pragma once

#include <functional>
#include <thread>

namespace hypnos {

class Signals {
 public:
  // Blocks the signals in the calling thread, and so in all threads made later, and begins to wait
  // for them. `on_stop` is called once, on the waiting thread.
  explicit Signals(std::function<void()> on_stop);
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

 private:
  void Loop(const std::function<void()>& on_stop);

  std::thread thread_;
};

}  // namespace hypnos

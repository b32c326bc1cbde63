// Signals as calls on an ordinary thread.
//   TERM, INT   on_stop; a second one ends the process at once
//   HUP, USR1   named in the log: nothing to reload or reopen
//   PIPE, XFSZ  ignored: a write fails instead, and who writes says what of it
// By handlers and not by masks: libraries start threads before main, which would take a signal that
// is blocked elsewhere and end the process.
#pragma once

#include <functional>
#include <thread>

namespace hypnos {

class Signals {
 public:
  // At most one object at a time. `on_stop` is called once, on a thread of this object.
  explicit Signals(std::function<void()> on_stop);
  // From now on signals have their default effect.
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

 private:
  void Loop(const std::function<void()>& on_stop) const;

  int read_end_ = -1;
  std::thread thread_;
};

}  // namespace hypnos

// Signals as calls on an ordinary thread.
//   TERM, INT   Actions::stop; a second one ends the process at once
//   HUP         Actions::reload
//   USR1        named in the log: nothing to reopen
//   PIPE, XFSZ  ignored: a write fails instead, and who writes says what of it
// By handlers and not by masks: libraries start threads before main, which would take a signal that
// is blocked elsewhere and end the process.
#pragma once

#include <functional>
#include <thread>

namespace hypnos {

class Signals {
 public:
  // Called on a thread of the object; `stop` once.
  struct Actions {
    std::function<void()> stop;
    std::function<void()> reload;
  };

  // At most one object at a time.
  explicit Signals(Actions actions);
  // From now on signals have their default effect.
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

 private:
  void Loop(const Actions& actions) const;

  int read_end_ = -1;
  std::thread thread_;
};

}  // namespace hypnos

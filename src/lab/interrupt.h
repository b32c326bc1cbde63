// Ctrl-C as a question that can be asked.
// INT, TERM: the answer becomes yes; a second one ends the process at once.
#pragma once

namespace hypnos::lab {

class Interrupt {
 public:
  // At most one object at a time.
  Interrupt();
  // From now on the signals have their default effect.
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  // Any thread.
  bool requested() const;
};

}  // namespace hypnos::lab

// Ends what waits for a picture, from another thread.
// Threads: safe.
#pragma once

namespace hypnos {

class Interruption {
 public:
  // Where the system has no file descriptor left it never takes effect, and waits end by their own
  // patience.
  Interruption();
  ~Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

  // For good.
  void Raise();
  bool raised() const;

  // Readable once it was raised: for poll(). -1 where there is none.
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

}  // namespace hypnos

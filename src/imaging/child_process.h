// A child process that is gone when this object is: killed and reaped.
// Threads: thread-compatible.
#pragma once

#include <sys/types.h>

#include <optional>
#include <span>
#include <string>
#include <utility>

#include "hypnos/base/result.h"

namespace hypnos {

// A descriptor that closes itself.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(other.Release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();

  int number() const { return number_; }
  bool valid() const { return number_ >= 0; }
  int Release() {
    const int number = number_;
    number_ = -1;
    return number;
  }

 private:
  int number_ = -1;
};

class ChildProcess {
 public:
  // What the child calls `theirs` is our `ours`; besides these it has standard error, and
  // nowhere to read from or print to.
  struct Inherited {
    int ours;
    int theirs;
  };

  // Without arguments, with default signals, out of reach of the terminal's Ctrl-C: its parent ends
  // it. kUnavailable, reason NO_CAPTURE_PROGRAM.
  static Result<ChildProcess> Start(const std::string& program,
                                    std::span<const Inherited> inherited);
  ChildProcess(ChildProcess&& other) noexcept : pid_(std::exchange(other.pid_, 0)) {}
  ChildProcess& operator=(ChildProcess&&) = delete;
  // Kills it. One that hangs in its kernel is left behind after a moment, and reaped when another
  // is started.
  ~ChildProcess();

  struct End {
    std::string how;     // "was ended by signal 11", "ended with exit code 1"
    int exit_code = -1;  // -1: by a signal, or not known
  };
  // Waits a moment for it to be so.
  End Ended();
  pid_t pid() const { return pid_; }

 private:
  explicit ChildProcess(pid_t pid) : pid_(pid) {}

  pid_t pid_;
};

}  // namespace hypnos

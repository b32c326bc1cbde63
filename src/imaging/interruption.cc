#include "hypnos/imaging/interruption.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>

namespace hypnos {

Interruption::Interruption() : descriptor_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

Interruption::~Interruption() {
  if (descriptor_ >= 0) close(descriptor_);
}

void Interruption::Raise() {
  const uint64_t one = 1;
  // A counter at its limit is readable as well.
  [[maybe_unused]] const ssize_t written = write(descriptor_, &one, sizeof one);
}

bool Interruption::raised() const {
  pollfd ready = {.fd = descriptor_, .events = POLLIN, .revents = 0};
  return descriptor_ >= 0 && poll(&ready, 1, 0) > 0;
}

}  // namespace hypnos

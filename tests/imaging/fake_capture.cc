// In the place of hypnos-capture: does what no honest capture process does. What it shall do is
// what it is asked to open.
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "hypnos/base/result.h"
#include "hypnos/base/rng.h"
#include "imaging/capture_wire.h"

namespace hypnos {
namespace {

void Send(const void* bytes, size_t size) { send(kWireSocket, bytes, size, MSG_NOSIGNAL); }

void Answer(WireAnswer answer) { Send(&answer, sizeof answer); }

WireAnswer Of(WireAnswer::Kind kind) {
  WireAnswer answer;
  answer.kind = kind;
  answer.width = 4;
  answer.height = 2;
  answer.channels = 3;
  answer.frame_rate_hz = 10;
  return answer;
}

[[noreturn]] void Hang() {
  while (true) pause();
}

int OpenDescriptors() {
  int count = 0;
  for (int number = 0; number < 1024; ++number) {
    if (fcntl(number, F_GETFD) >= 0) ++count;
  }
  return count;
}

// Bytes by chance, of any length; some begin as they should.
void SayNonsense(uint64_t seed) {
  Rng rng(seed);
  for (int i = 0; i < 20; ++i) {
    WireAnswer answer = Of(static_cast<WireAnswer::Kind>(rng.Below(7)));
    auto* bytes = reinterpret_cast<unsigned char*>(&answer);
    const size_t begin = rng.Below(2) == 0 ? sizeof answer.magic : 0;
    const uint64_t changes = rng.Below(40);
    for (uint64_t change = 0; change < changes; ++change) {
      bytes[begin + rng.Below(sizeof answer - begin)] = static_cast<unsigned char>(rng());
    }
    Send(&answer, rng.Below(4) == 0 ? rng.Below(sizeof answer + 1) : sizeof answer);
  }
}

int Act(const std::string& wish) {
  if (wish == "die unopened") return 5;
  if (wish == "of another build") return kWireOtherBuild;
  if (wish == "hang unopened") Hang();
  if (wish == "shrink") {
    if (ftruncate(kWireMemory, 0) == 0) return 4;  // which would be a fault of its parent's
  }
  if (wish.starts_with("nonsense ")) {
    SayNonsense(std::strtoull(wish.c_str() + std::strlen("nonsense "), nullptr, 10));
    return 0;
  }
  Answer(Of(WireAnswer::kOpened));
  WireAnswer picture = Of(WireAnswer::kPicture);
  if (wish == "shrink") Answer(picture);
  if (wish == "end unread") {
    // Ends with what its parent has said still in its ear.
    Answer(picture);
    pollfd released = {.fd = kWireSocket, .events = POLLIN, .revents = 0};
    poll(&released, 1, -1);
    Answer(Of(WireAnswer::kEnded));
    return 0;
  }
  if (wish == "descriptors") {
    picture = Of(WireAnswer::kFailed);
    picture.message.Set(std::to_string(OpenDescriptors()));
  }
  if (wish == "environment") {
    picture = Of(WireAnswer::kFailed);
    for (char** variable = environ; *variable != nullptr; ++variable) {
      const std::string_view text(*variable);
      if (text.starts_with("HYPNOS_") || text.starts_with("NOTIFY_"))
        picture.message.Set(*variable);
    }
  }
  if (wish == "far future") {
    picture.has_time = 1;
    picture.time_ns = INT64_MAX;
  }
  if (wish == "say silent") {
    picture = Of(WireAnswer::kFailed);
    picture.code = static_cast<uint32_t>(Code::kCancelled);
    picture.reason.Set("SILENT");
  }
  if (wish == "crash") {
    Answer(picture);
    raise(SIGSEGV);
  }
  if (wish == "hang") Hang();
  if (wish == "no such slot") picture.slot = kWireSlots;
  if (wish == "too large") picture.width = picture.height = 1 << 14;
  if (wish == "negative") picture.width = -4;
  if (wish == "four channels") picture.channels = 4;
  if (wish == "escape codes") {
    picture = Of(WireAnswer::kFailed);
    picture.code = 99;
    picture.reason.Set("\x1b[2J");
    std::memset(picture.message.bytes.data(), '\x1b', picture.message.bytes.size());
  }
  Answer(picture);
  Hang();
}

}  // namespace
}  // namespace hypnos

int main() {
  hypnos::WireRequest request;
  if (recv(hypnos::kWireSocket, &request, sizeof request, 0) != sizeof request) return 1;
  return hypnos::Act(std::string(request.target.Get()));
}

// What a capture process and its parent say to one another: fixed records over a SOCK_SEQPACKET
// socket, and slots of shared memory that hold a picture each. Both ends must be of one build: an
// update may put another program in a running daemon's way.
//   parent -> child: WireRequest, once; then WireRelease for each slot that it has read
//   child -> parent: WireAnswer: opened or failed; then pictures, until ended or failed
// A text that does not fit is cut off. Threads: a value.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace hypnos {

inline constexpr int kWireSocket = 3;
inline constexpr int kWireMemory = 4;
inline constexpr uint32_t kWireMagic = 0x68797032;  // "hyp2"; another layout, another number
// The exit code of a child that does not know what is said to it.
inline constexpr int kWireOtherBuild = 3;

// One that is read, one that is written, and those that wait while the reader's machine is busy.
inline constexpr uint32_t kWireSlots = 8;
// A picture of 7680x4320 in colour. Memory that nothing was written to costs nothing.
inline constexpr size_t kWireSlotBytes = size_t{96} << 20;

template <size_t N>
struct WireText {
  std::array<char, N> bytes{};

  void Set(std::string_view text) {
    const size_t size = text.size() < N ? text.size() : N - 1;
    std::memcpy(bytes.data(), text.data(), size);
    bytes[size] = '\0';
  }
  // Also of what has no end.
  std::string_view Get() const { return {bytes.data(), strnlen(bytes.data(), N)}; }
};

struct WireRequest {
  uint32_t magic = kWireMagic;
  uint32_t is_stream = 0;
  uint32_t waits = 0;  // for a slot, instead of passing pictures over
  int32_t width = 0;
  int32_t height = 0;
  double frame_rate_hz = 0;
  double exposure_milliseconds = 0;
  double max_frame_rate_hz = 0;
  uint32_t transport = 0;  // a StreamTransport
  WireText<8> pixel_format;
  // URL or device.
  WireText<8192> target;
};

struct WireRelease {
  uint32_t magic = kWireMagic;
  uint32_t slot = 0;
};

struct WireAnswer {
  enum Kind : uint32_t {
    kOpened = 1,
    kFailed = 2,
    kPicture = 3,
    kDamaged = 4,
    kEnded = 5,
    kOverRate = 6
  };

  uint32_t magic = kWireMagic;
  uint32_t kind = 0;
  // kOpened: as VideoProperties. kPicture: of the picture.
  int32_t width = 0;
  int32_t height = 0;
  double frame_rate_hz = 0;
  int64_t frame_count = 0;
  // kPicture.
  int32_t channels = 0;
  uint32_t slot = 0;
  uint32_t concealed = 0;
  // kPicture, kDamaged, kOverRate; of kEnded, the last picture that was passed over.
  uint32_t has_time = 0;
  uint32_t passed_over = 0;  // pictures since the last answer
  int64_t time_ns = 0;
  int64_t grabbed_ns = 0;  // when, by the clock that both ends share
  // kFailed.
  uint32_t code = 0;
  WireText<64> reason;
  WireText<1024> message;
};

}  // namespace hypnos

#include "hypnos/control/framing.h"

#include <limits>

#include "hypnos/base/format.h"

namespace hypnos {
namespace {

// Given out and not yet moved away: above this what is left is moved to the front.
constexpr size_t kSpentBytes = 1 << 16;

uint32_t ReadLength(std::string_view bytes) {
  uint32_t length = 0;
  for (size_t i = 0; i < kLengthBytes; ++i) {
    length = length << 8 | static_cast<unsigned char>(bytes[i]);
  }
  return length;
}

// A record of TLS begins with its type, 22 for a handshake, and the version, 3.x.
bool LooksLikeTls(uint32_t announced) { return announced >> 16 == 0x1603; }

}  // namespace

std::string Framed(std::string_view message) {
  HYPNOS_CHECK(message.size() <= std::numeric_limits<uint32_t>::max());
  std::string framed;
  framed.reserve(kLengthBytes + message.size());
  for (int shift = 24; shift >= 0; shift -= 8) {
    framed += static_cast<char>(message.size() >> shift & 0xFF);
  }
  framed += message;
  return framed;
}

void MessageReader::Append(std::string_view bytes) {
  if (begin_ == bytes_.size()) {
    bytes_.clear();
    begin_ = 0;
  } else if (begin_ > kSpentBytes) {
    bytes_.erase(0, begin_);
    begin_ = 0;
  }
  bytes_ += bytes;
}

Error MessageReader::TooLarge(uint32_t announced) const {
  if (LooksLikeTls(announced)) {
    return {Code::kInvalidArgument, "MESSAGE_TOO_LARGE",
            "this looks like TLS, but the port speaks without it: connect without TLS, or to the "
            "other port"};
  }
  return {Code::kInvalidArgument, "MESSAGE_TOO_LARGE",
          Format("a message of {} bytes was announced, and at most {} are accepted", announced,
                 largest_)};
}

Result<std::optional<std::string>> MessageReader::Next() {
  const std::string_view rest = std::string_view(bytes_).substr(begin_);
  if (rest.size() < kLengthBytes) return std::optional<std::string>();
  const uint32_t length = ReadLength(rest);
  if (length > largest_) return TooLarge(length);
  if (length == 0) {
    return Error{Code::kInvalidArgument, "EMPTY_MESSAGE", "a message of no bytes was announced"};
  }
  if (rest.size() - kLengthBytes < length) return std::optional<std::string>();
  begin_ += kLengthBytes + length;
  return std::optional<std::string>(rest.substr(kLengthBytes, length));
}

}  // namespace hypnos

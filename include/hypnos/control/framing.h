// Messages on a stream of bytes: a length of four bytes, the most significant first, then so many
// bytes. What is announced is looked at before anything is set aside for it.
// Threads: thread-compatible.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "hypnos/base/result.h"

namespace hypnos {

inline constexpr size_t kLengthBytes = 4;

// The message behind its length. Precondition: it is shorter than 4 GiB.
std::string Framed(std::string_view message);

class MessageReader {
 public:
  explicit MessageReader(uint32_t largest_message_bytes) : largest_(largest_message_bytes) {}

  // From the next message on.
  void SetLargest(uint32_t largest_message_bytes) { largest_ = largest_message_bytes; }

  // Bytes as they come, in pieces of any size. What is kept grows with what has come, never with
  // what was announced.
  void Append(std::string_view bytes);

  // The next whole message; nothing while it is not all there.
  // kInvalidArgument, for ever: EMPTY_MESSAGE for a length of 0; MESSAGE_TOO_LARGE, which says so
  // where the bytes look like TLS.
  Result<std::optional<std::string>> Next();

  // Whether a message has begun and not ended.
  bool in_the_middle() const { return begin_ < bytes_.size(); }
  // Bytes that have come and were not given out.
  size_t waiting_bytes() const { return bytes_.size() - begin_; }

 private:
  Error TooLarge(uint32_t announced) const;

  uint32_t largest_;
  std::string bytes_;
  size_t begin_ = 0;  // of what was not given out
};

}  // namespace hypnos

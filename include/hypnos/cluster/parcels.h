// Messages of any length over a broker that takes short ones: each goes out as parcels that fit,
// in order, and is put together from them. What is lost, changed or out of order on the way costs
// the message, and nothing else.
// Threads: thread-compatible.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "hypnos/base/result.h"

namespace hypnos {

class ParcelPost {
 public:
  // `from`: who sends, another one for each start. `send`: one parcel.
  ParcelPost(std::string from, std::function<Status(std::string_view)> send);

  // As parcels of `limit` bytes at the most. The first error ends it. kInvalidArgument, reason
  // TOO_LARGE: there is no room for anything in so few bytes.
  Status Send(std::string_view message, size_t limit);

 private:
  const std::string from_;
  const std::function<Status(std::string_view)> send_;
  uint64_t messages_ = 0;
};

class ParcelCollector {
 public:
  // Longer messages are not collected.
  explicit ParcelCollector(uint64_t most_bytes) : most_bytes_(most_bytes) {}

  // A whole message, where this was its last parcel. kDataLoss, reason POISONED: a sentence.
  // Parcels whose beginning was not seen are passed over.
  Result<std::optional<std::string>> Add(std::string_view parcel);

 private:
  struct Collected {
    uint64_t message = 0;
    uint64_t next_part = 0;
    std::string bytes;
  };
  const uint64_t most_bytes_;
  std::map<std::string, Collected> from_;
};

}  // namespace hypnos

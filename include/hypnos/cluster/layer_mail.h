// How the two sides of a remote layer reach each other, whatever carries it.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "hypnos/base/result.h"

namespace hypnos {

struct LayerMail {
  // One parcel to the other side. It may be lost, and is not where this says OK; kUnavailable where
  // nobody can be reached at the moment.
  std::function<Status(std::string_view parcel)> send;
  // The longest one; 0 where nobody can be reached.
  std::function<size_t()> most_bytes;
  // Bytes that have not left yet.
  std::function<size_t()> waiting = [] { return size_t{0}; };
};

// What has become of a layer, for people.
struct LayerNews {
  enum class Kind {
    kSeated,   // it is computed by somebody
    kLost,     // nobody has answered for a while
    kRefused,  // somebody was, or was by somebody
  };
  Kind kind = Kind::kSeated;
  std::string sentence;
};

}  // namespace hypnos

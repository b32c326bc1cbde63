// What a request is answered by. Pure functions of what it says of itself, which anybody may have
// written. Threads: safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "web/assets.h"

namespace hypnos {

inline constexpr std::string_view kSubprotocol = "hypnos.control.v1";

// A request, as far as it is looked at; empty: not given.
struct WebRequest {
  std::string_view method;
  std::string_view target;
  std::string_view host;
  std::string_view origin;
  bool upgrades = false;  // to WebSocket
  std::string_view subprotocols;
};

// The names by which this machine may be called: a page of somebody else whose name was made to
// lead here carries that name, and must not be taken for ours. Addresses cannot be made to lead
// elsewhere: every one is allowed.
class HostNames {
 public:
  explicit HostNames(const std::vector<std::string>& configured);

  // As in the header Host: a name or an address, with a port or without.
  bool Allow(std::string_view host) const;

 private:
  std::vector<std::string> names_;
};

// A name as it may be configured: letters, digits, dashes, dots.
bool IsHostName(std::string_view name);

struct Route {
  enum class Kind {
    kAsset,
    kLive,
    kReady,
    kStatus,
    kMetrics,
    kHistory,
    kPicture,
    kControl,
    kRefused
  };
  Kind kind = Kind::kRefused;
  // kAsset.
  const Asset* asset = nullptr;
  // kPicture: of which event.
  uint64_t event = 0;
  // kRefused: the status of HTTP, and a sentence.
  unsigned status = 0;
  std::string_view why = {};
};

Route RouteOf(const WebRequest& request, const HostNames& hosts);

// The token in a header Authorization; empty: none.
std::string_view BearerToken(std::string_view authorization);

}  // namespace hypnos

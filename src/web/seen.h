// What is looked at of a request, as Boost.Beast has parsed it. Pure. Threads: safe.
#pragma once

#include <cstdint>
#include <string_view>

#include "web/beast.h"
#include "web/route.h"

namespace hypnos {

// A head that is longer is refused.
inline constexpr uint32_t kMostHeadBytes = 8 << 10;

using HttpRequestParser = boost::beast::http::request_parser<boost::beast::http::empty_body>;

// Empty where it is not given, or more than once.
inline std::string_view OnlyField(const HttpRequest& request, boost::beast::http::field name) {
  if (request.count(name) != 1) return {};
  const auto value = request[name];
  return {value.data(), value.size()};
}

// Lives as long as the request.
inline WebRequest Seen(const HttpRequest& request) {
  namespace http = boost::beast::http;
  return {.method = {request.method_string().data(), request.method_string().size()},
          .target = {request.target().data(), request.target().size()},
          .host = OnlyField(request, http::field::host),
          .origin = OnlyField(request, http::field::origin),
          .upgrades = boost::beast::websocket::is_upgrade(request),
          .subprotocols = OnlyField(request, http::field::sec_websocket_protocol)};
}

}  // namespace hypnos

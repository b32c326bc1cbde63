#include "web/fuzz_property.h"

#include <algorithm>
#include <optional>

#include "hypnos/base/format.h"
#include "web/answer.h"
#include "web/history_query.h"
#include "web/seen.h"

namespace hypnos {
namespace {

// As a browser writes it, so that nothing in it means anything.
std::string Encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) encoded += Format("%{:02X}", static_cast<unsigned char>(c));
  return encoded;
}

std::string AddressOf(const control::QueryHistoryRequest& request) {
  std::string address = Format("/history.csv?points={}", request.most_points());
  for (const std::string& name : request.series()) address += "&series=" + Encoded(name);
  return address;
}

std::string BrokenByHistory(std::string_view target) {
  const auto query = HistoryRequestOf(target);
  if (!query.ok()) return query.error().reason == "BAD_QUERY" ? "" : query.error().message;
  if (query->series().empty()) return "nothing is asked for";
  const auto again = HistoryRequestOf(AddressOf(*query));
  if (!again.ok()) return "what was understood is not understood again: " + again.error().message;
  const bool same = again->most_points() == query->most_points() &&
                    std::ranges::equal(again->series(), query->series());
  return same ? "" : "written once more it means something else";
}

bool IsLocal(std::string_view host) {
  // Letters and digits of names that are allowed and of addresses, and a port.
  return host.size() < 60 && std::ranges::all_of(host, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  std::string_view(".:[]").find(c) != std::string_view::npos;
         });
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::string BrokenByRoute(const WebRequest& request, const Route& route) {
  using Kind = Route::Kind;
  if (route.kind == Kind::kRefused) {
    return route.status >= 400 && !route.why.empty() ? "" : "it is refused without a reason";
  }
  if (!IsLocal(request.host)) return "whose host this is nobody knows, and is answered";
  if (request.method != "GET" && request.method != "HEAD") return "another method is answered";
  if (route.kind == Kind::kAsset && route.asset == nullptr) return "an asset that there is none of";
  if (route.kind != Kind::kControl) return "";
  const std::string origin = Lower(request.origin), host = Lower(request.host);
  if (origin != "http://" + host && origin != "https://" + host) {
    return "a page of somebody else may connect";
  }
  return request.upgrades ? "" : "a connection that is none goes on as one";
}

// What a parser makes of bytes that come in pieces of this size; none: it is no request, or half of
// one.
std::optional<HttpRequest> Parsed(std::string_view bytes, size_t piece) {
  HttpRequestParser parser;
  parser.header_limit(kMostHeadBytes);
  boost::beast::flat_buffer buffer;
  for (size_t begin = 0; begin < bytes.size() && !parser.is_header_done(); begin += piece) {
    const std::string_view next = bytes.substr(begin, piece);
    buffer.commit(boost::asio::buffer_copy(buffer.prepare(next.size()),
                                           boost::asio::buffer(next.data(), next.size())));
    boost::system::error_code error;
    buffer.consume(parser.put(buffer.data(), error));
    if (error && error != boost::beast::http::error::need_more) return std::nullopt;
  }
  if (!parser.is_header_done()) return std::nullopt;
  return parser.release();
}

std::string BrokenByRequest(std::string_view bytes) {
  const auto at_once = Parsed(bytes, std::max<size_t>(1, bytes.size()));
  const auto piecemeal = Parsed(bytes, 1);
  if (!at_once || !piecemeal) return at_once ? "byte by byte it is no request" : "";
  const HostNames hosts({"potato.home"});
  const WebRequest request = Seen(*at_once);
  const Route route = RouteOf(request, hosts);
  const Route again = RouteOf(Seen(*piecemeal), hosts);
  if (route.kind != again.kind || route.status != again.status || route.asset != again.asset) {
    return "byte by byte it is answered otherwise";
  }
  const std::string_view token =
      BearerToken(OnlyField(*at_once, boost::beast::http::field::authorization));
  if (token.starts_with(' ') || token.ends_with(' ')) return "a token with blanks around it";
  if (route.kind == Route::Kind::kHistory) {
    std::string broken = BrokenByHistory(request.target);
    if (!broken.empty()) return broken;
  }
  if (route.kind == Route::Kind::kAsset) {
    const auto known = OnlyField(*at_once, boost::beast::http::field::if_none_match);
    const unsigned status = AssetAnswer(*route.asset, known).result_int();
    if (status != 200 && status != 304) return Format("an asset is answered with {}", status);
  }
  return BrokenByRoute(request, route);
}

}  // namespace

std::string BrokenWebPromise(std::string_view input) {
  if (input.empty()) return "";
  return input[0] == 'h' ? BrokenByHistory(input.substr(1)) : BrokenByRequest(input.substr(1));
}

}  // namespace hypnos

#include "web/route.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <system_error>

namespace hypnos {
namespace {

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) { return Lower(c); });
  return lower;
}

bool SameWithoutCase(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return Lower(x) == Lower(y); });
}

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool IsPort(std::string_view text) {
  return !text.empty() && text.size() <= 5 &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool IsAddress(int family, std::string_view text) {
  std::array<unsigned char, 16> address{};
  return inet_pton(family, std::string(text).c_str(), address.data()) == 1;
}

// Without its port. Empty: it is none.
std::string_view NameIn(std::string_view host) {
  const size_t end = host.starts_with('[') ? host.find(']') : host.find(':');
  if (host.starts_with('[') && end == std::string_view::npos) return {};
  const size_t length = host.starts_with('[') ? end + 1 : std::min(end, host.size());
  const std::string_view rest = host.substr(length);
  if (!rest.empty() && !(rest.front() == ':' && IsPort(rest.substr(1)))) return {};
  return host.substr(0, length);
}

// Whether the request comes from a page that was loaded from here.
bool IsOwnOrigin(std::string_view origin, std::string_view host) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (origin.starts_with(scheme)) return SameWithoutCase(origin.substr(scheme.size()), host);
  }
  return false;
}

bool Lists(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    const size_t comma = std::min(list.find(','), list.size());
    if (Trimmed(list.substr(0, comma)) == word) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

Route Refuse(unsigned status, std::string_view why) {
  return {.kind = Route::Kind::kRefused, .status = status, .why = why};
}

// The number in /events/NUMBER.jpg, as numbers are written; none: it is no such path.
std::optional<uint64_t> PicturedEvent(std::string_view path) {
  constexpr std::string_view kBefore = "/events/", kBehind = ".jpg";
  if (!path.starts_with(kBefore) || !path.ends_with(kBehind)) return std::nullopt;
  if (path.size() <= kBefore.size() + kBehind.size()) return std::nullopt;
  path = path.substr(kBefore.size(), path.size() - kBefore.size() - kBehind.size());
  uint64_t number = 0;
  const auto read = std::from_chars(path.data(), path.data() + path.size(), number);
  const bool is_whole = read.ec == std::errc() && read.ptr == path.data() + path.size();
  return is_whole && path.front() != '0' ? std::optional(number) : std::nullopt;
}

// Browsers tell on each WebSocket which page has opened it, and let any page open one.
Route ControlRoute(const WebRequest& request) {
  if (!request.upgrades) return Refuse(426, "this is for WebSocket\n");
  if (!IsOwnOrigin(request.origin, request.host)) {
    return Refuse(403, "only the daemon's own page may connect\n");
  }
  if (!Lists(request.subprotocols, kSubprotocol)) {
    return Refuse(400, "the subprotocol must be hypnos.control.v1\n");
  }
  return {.kind = Route::Kind::kControl};
}

}  // namespace

HostNames::HostNames(const std::vector<std::string>& configured) : names_{"localhost"} {
  for (const std::string& name : configured) names_.push_back(Lower(name));
}

bool HostNames::Allow(std::string_view host) const {
  std::string_view name = NameIn(host);
  if (name.empty()) return false;
  if (name.starts_with('[')) return IsAddress(AF_INET6, name.substr(1, name.size() - 2));
  if (IsAddress(AF_INET, name)) return true;
  return std::ranges::find(names_, Lower(name)) != names_.end();
}

bool IsHostName(std::string_view name) {
  return !name.empty() && name.size() <= 253 && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.';
  });
}

Route RouteOf(const WebRequest& request, const HostNames& hosts) {
  if (!hosts.Allow(request.host)) {
    return Refuse(421, "the daemon is not known by this name; see web.hosts\n");
  }
  if (request.method != "GET" && request.method != "HEAD") {
    return Refuse(405, "only GET and HEAD are answered\n");
  }
  // A path is looked up in a table as it stands: nothing is decoded, and no file is opened.
  const std::string_view path = request.target.substr(0, request.target.find('?'));
  if (path == "/control") return ControlRoute(request);
  if (path == "/livez") return {.kind = Route::Kind::kLive};
  if (path == "/readyz") return {.kind = Route::Kind::kReady};
  if (path == "/statusz") return {.kind = Route::Kind::kStatus};
  if (path == "/metrics") return {.kind = Route::Kind::kMetrics};
  if (path == "/history.csv") return {.kind = Route::Kind::kHistory};
  if (const auto event = PicturedEvent(path)) {
    return {.kind = Route::Kind::kPicture, .event = *event};
  }
  if (const Asset* asset = FindAsset(path == "/" ? "/index.html" : path)) {
    return {.kind = Route::Kind::kAsset, .asset = asset};
  }
  return Refuse(404, "there is nothing here\n");
}

std::string_view BearerToken(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer ";
  if (!SameWithoutCase(authorization.substr(0, kScheme.size()), kScheme)) return {};
  return Trimmed(authorization.substr(kScheme.size()));
}

}  // namespace hypnos

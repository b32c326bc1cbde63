#include "web/history_query.h"

#include <charconv>
#include <optional>
#include <string>

#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"

namespace hypnos {
namespace {

Error BadQuery(const std::string& why) { return {Code::kInvalidArgument, "BAD_QUERY", why}; }

int Digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// As in a form: + is a blank, %41 an A.
std::optional<std::string> Decoded(std::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? Digit(text[i + 1]) : -1;
    const int low = high < 0 ? -1 : Digit(text[i + 2]);
    if (low < 0) return std::nullopt;
    decoded += static_cast<char>(16 * high + low);
    i += 2;
  }
  return decoded;
}

template <class Number>
std::optional<Number> NumberIn(const std::string& text) {
  Number number{};
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && rest == end ? std::optional(number) : std::nullopt;
}

Status Take(const std::string& name, const std::string& value,
            control::QueryHistoryRequest* request) {
  if (name == "series") {
    request->add_series(value);
    return {};
  }
  if (name == "points") {
    const auto points = NumberIn<uint32_t>(value);
    if (!points) return BadQuery(Format("points: '{}' is no count", Printable(value)));
    request->set_most_points(*points);
    return {};
  }
  if (name != "from" && name != "to") {
    return BadQuery(Format("'{}' is none of series, from, to and points", Printable(name)));
  }
  const auto time = NumberIn<double>(value);
  if (!time) return BadQuery(Format("{}: '{}' is no time in seconds", name, Printable(value)));
  name == "from" ? request->set_from(*time) : request->set_to(*time);
  return {};
}

}  // namespace

Result<control::QueryHistoryRequest> HistoryRequestOf(std::string_view target) {
  control::QueryHistoryRequest request;
  const size_t mark = target.find('?');
  std::string_view rest = mark == std::string_view::npos ? "" : target.substr(mark + 1);
  while (!rest.empty()) {
    const std::string_view field = rest.substr(0, rest.find('&'));
    rest.remove_prefix(field.size() == rest.size() ? rest.size() : field.size() + 1);
    if (field.empty()) continue;
    const size_t equals = field.find('=');
    const auto name = Decoded(field.substr(0, equals));
    const auto value =
        Decoded(equals == std::string_view::npos ? std::string_view() : field.substr(equals + 1));
    if (!name || !value) return BadQuery("a % in the address is not followed by two digits");
    HYPNOS_RETURN_IF_ERROR(Take(*name, *value, &request));
  }
  // Not "*": GCC 12 sees an overlap in that.
  if (request.series().empty()) request.add_series(std::string(1, '*'));
  return request;
}

}  // namespace hypnos

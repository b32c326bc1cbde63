#include "hypnos/sources/masked_url.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace hypnos {
namespace {

constexpr std::string_view kMask = "***";
constexpr size_t kNowhere = std::string_view::npos;

bool IsPort(std::string_view text) {
  return std::ranges::all_of(text, [](unsigned char c) { return std::isdigit(c) != 0; });
}

// Where the password before the host begins and ends, within what follows "scheme://".
// A password may hold the very characters that should end it ("p/ss", "p@ss", unescaped), so it
// reaches to the last '@' before the path, or, where the host would have an impossible port
// otherwise, to the last '@' of all.
struct Span {
  size_t begin = kNowhere;
  size_t end = kNowhere;
};

Span PasswordBeforeHost(std::string_view rest) {
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  const size_t colon = authority.find(':');
  if (colon == kNowhere) return {};
  size_t at = authority.rfind('@');
  const bool bracketed = authority.starts_with('[');  // IPv6: colons are not passwords
  if (at == kNowhere && !bracketed && !IsPort(authority.substr(colon + 1))) at = rest.rfind('@');
  if (at == kNowhere || at < colon) return {};
  return {.begin = colon + 1, .end = at};
}

bool SoundsSecret(std::string_view key) {
  static constexpr std::array<std::string_view, 7> kSecrets = {"pass", "pwd",  "token", "secret",
                                                               "key",  "auth", "sig"};
  std::string lower(key);
  std::ranges::transform(lower, lower.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::ranges::any_of(
      kSecrets, [&lower](std::string_view word) { return lower.find(word) != std::string::npos; });
}

// "a=1&token=2" becomes "a=1&token=***".
std::string MaskedQuery(std::string_view query) {
  std::string masked;
  while (!query.empty()) {
    const size_t length = std::min(query.find_first_of("&;#"), query.size() - 1) + 1;
    const std::string_view parameter = query.substr(0, length);
    const size_t equals = parameter.find('=');
    if (equals != kNowhere && SoundsSecret(parameter.substr(0, equals))) {
      const std::string_view separator =
          parameter.substr(std::min(parameter.find_first_of("&;#"), parameter.size()));
      masked.append(parameter.substr(0, equals + 1)).append(kMask).append(separator);
    } else {
      masked.append(parameter);
    }
    query.remove_prefix(length);
  }
  return masked;
}

}  // namespace

std::string MaskedUrl(std::string_view url) {
  const size_t scheme = url.find("://");
  const size_t start = scheme == kNowhere ? 0 : scheme + 3;
  std::string masked(url);
  const Span password = PasswordBeforeHost(url.substr(start));
  if (password.begin != kNowhere) {
    masked.replace(start + password.begin, password.end - password.begin, kMask);
  }
  const size_t query = masked.find('?');
  if (query == kNowhere) return masked;
  return masked.substr(0, query + 1) + MaskedQuery(std::string_view(masked).substr(query + 1));
}

}  // namespace hypnos

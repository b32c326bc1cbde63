#include "hypnos/base/url.h"

#include <algorithm>

namespace hypnos {
namespace {

constexpr std::string_view kMask = "***";
constexpr std::string_view kAfterScheme = "://";

// Parts of words: "loginpas", "PWD", "api_key", "X-Amz-Signature", "credentials".
constexpr std::array<std::string_view, 8> kSecretNames = {"pas", "pw",   "token", "secret",
                                                          "key", "auth", "sig",   "cred"};

char LowerOf(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool NamesSecret(std::string_view parameter) {
  std::string lower(parameter);
  std::ranges::transform(lower, lower.begin(), LowerOf);
  return std::ranges::any_of(kSecretNames, [&lower](std::string_view name) {
    return lower.find(name) != std::string::npos;
  });
}

// From the first '=' on, wherever the name stands: some cameras put several parameters into one,
// as in user=me_password=hush.
std::string MaskedParameter(std::string_view parameter) {
  const size_t equals = parameter.find('=');
  if (equals == std::string_view::npos || !NamesSecret(parameter)) return std::string(parameter);
  return std::string(parameter.substr(0, equals + 1)).append(kMask);
}

// Also between slashes: some cameras take user=...&password=... as a path.
std::string MaskedParameters(std::string_view text) {
  std::string masked;
  while (true) {
    const size_t end = std::min(text.find_first_of("?&;/#"), text.size());
    masked += MaskedParameter(text.substr(0, end));
    if (end == text.size()) return masked;
    masked += text[end];
    text.remove_prefix(end + 1);
  }
}

bool HasOneOf(const std::array<std::string_view, 2>& schemes, std::string_view url) {
  return std::ranges::any_of(schemes, [url](std::string_view scheme) {
    return url.starts_with(scheme) && url.size() > scheme.size();
  });
}

}  // namespace

bool HasWebScheme(std::string_view url) {
  constexpr std::array<std::string_view, 2> kSchemes = {"http://", "https://"};
  return HasOneOf(kSchemes, url);
}

bool HasBrokerScheme(std::string_view url) {
  constexpr std::array<std::string_view, 2> kSchemes = {"nats://", "tls://"};
  return HasOneOf(kSchemes, url);
}

bool HasStreamScheme(std::string_view url) {
  return std::ranges::any_of(kStreamSchemes, [url](std::string_view scheme) {
    return url.starts_with(scheme) && url.substr(scheme.size()).starts_with(kAfterScheme);
  });
}

std::string ListedStreamSchemes() {
  std::string list;
  for (const std::string_view scheme : kStreamSchemes) {
    if (!list.empty()) list += scheme == kStreamSchemes.back() ? " or " : ", ";
    list.append(scheme).append(kAfterScheme);
  }
  return list;
}

std::string MaskedUrl(std::string_view url) {
  const size_t scheme = url.find(kAfterScheme);
  const size_t start = scheme == std::string_view::npos ? 0 : scheme + kAfterScheme.size();
  std::string masked(url.substr(0, start));
  std::string_view rest = url.substr(start);
  // The last '@', wherever it stands: people do write passwords with an unescaped '/' or '?'.
  const size_t at = rest.rfind('@');
  if (at != std::string_view::npos) {
    masked += kMask;
    rest.remove_prefix(at);
  }
  return masked + MaskedParameters(rest);
}

}  // namespace hypnos

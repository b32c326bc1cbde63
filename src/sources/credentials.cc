#include "sources/credentials.h"

#include <algorithm>
#include <filesystem>
#include <utility>
#include <vector>

#include "hypnos/base/check.h"
#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"
#include "sources/regular_file.h"

namespace hypnos {
namespace {

constexpr char kReason[] = "CREDENTIALS";
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

// FFmpeg's reader of RTSP cuts off without a word what is longer, colon and percent signs included.
constexpr size_t kLongestLogin = 127;

Error Wrong(const std::string& path, std::string_view what) {
  return {Code::kInvalidArgument, kReason,
          Format("credentials file '{}' {}", Printable(path), what)};
}

// The group may read: so services are given their secrets.
bool IsOpenToEverybody(const std::string& path) {
  std::error_code error;
  const auto permissions = std::filesystem::status(path, error).permissions();
  return !error &&
         (permissions & std::filesystem::perms::others_all) != std::filesystem::perms::none;
}

// Without empty ones at the end.
std::vector<std::string> Lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.emplace_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

bool HasControlCharacters(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < ' '; });
}

std::string Escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    escaped += plain ? std::string(1, c) : Format("%{:02X}", static_cast<unsigned char>(c));
  }
  return escaped;
}

}  // namespace

Result<Login> ReadLogin(const std::string& path) {
  if (IsOpenToEverybody(path)) {
    return Wrong(path,
                 "is open to everybody on this machine: take that away (chmod 600), and "
                 "change the password if others may have read it");
  }
  auto bytes = ReadRegularFile(path);
  if (!bytes.ok()) {
    return Error{bytes.error().code, kReason, "credentials file: " + bytes.error().message};
  }
  std::string_view text = *bytes;
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  std::vector<std::string> lines = Lines(text);
  if (lines.size() == 1) {
    const std::string line = lines.front();
    const size_t colon = line.find(':');
    if (colon != std::string::npos) lines = {line.substr(0, colon), line.substr(colon + 1)};
  }
  if (lines.size() != 2 || lines[0].empty()) {
    return Wrong(path, "must hold two lines, the user and the password, or one: user:password");
  }
  if (lines[0].find(':') != std::string::npos) {
    return Wrong(path, "has a user with a colon, with which nobody can log in");
  }
  if (HasControlCharacters(lines[0]) || HasControlCharacters(lines[1])) {
    return Wrong(path, "holds control characters");
  }
  return Login{std::move(lines[0]), std::move(lines[1])};
}

Result<std::string> WithLogin(std::string_view url, const Login& login) {
  const size_t scheme = url.find("://");
  HYPNOS_CHECK(scheme != std::string_view::npos);
  const std::string escaped = Escaped(login.user) + ":" + Escaped(login.password);
  if (escaped.size() > kLongestLogin) {
    return Error{Code::kInvalidArgument, kReason,
                 Format("user and password are too long: they may take {} bytes, of which what is "
                        "no letter or digit takes three",
                        kLongestLogin)};
  }
  const size_t host = scheme + 3;
  return Format("{}{}@{}", url.substr(0, host), escaped, url.substr(host));
}

}  // namespace hypnos

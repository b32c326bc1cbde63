#include "hypnos/control/tokens.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "hypnos/base/format.h"

namespace hypnos {
namespace {

std::optional<int> HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

std::optional<TokenHash> ParseHash(std::string_view hex) {
  TokenHash hash{};
  if (hex.size() != 2 * hash.size()) return std::nullopt;
  for (size_t i = 0; i < hash.size(); ++i) {
    const auto high = HexDigit(hex[2 * i]), low = HexDigit(hex[2 * i + 1]);
    if (!high || !low) return std::nullopt;
    hash[i] = static_cast<unsigned char>(*high << 4 | *low);
  }
  return hash;
}

std::optional<control::Access> ParseAccess(std::string_view word) {
  if (word == "view") return control::VIEW;
  if (word == "control") return control::CONTROL;
  return std::nullopt;
}

Error Invalid(const std::string& file_name, size_t line, std::string_view what) {
  return {Code::kInvalidArgument, "TOKENS_INVALID",
          Format("{}:{}: {}; a line is `view` or `control`, a name, and the token's SHA-256",
                 file_name, line, what)};
}

}  // namespace

TokenHash HashToken(std::string_view token) {
  TokenHash hash;
  SHA256(reinterpret_cast<const unsigned char*>(token.data()), token.size(), hash.data());
  return hash;
}

std::string ToHex(const TokenHash& hash) {
  std::string hex;
  for (const unsigned char byte : hash) hex += Format("{:02x}", byte);
  return hex;
}

Result<std::string> NewToken() {
  TokenHash bytes;
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    return Error{Code::kUnavailable, "NO_RANDOMNESS",
                 "the system gives no random numbers to make a token from"};
  }
  return "hypnos_" + ToHex(bytes);
}

std::string TokenLine(control::Access access, std::string_view name, std::string_view token) {
  return Format("{} {} {}", access == control::CONTROL ? "control" : "view", name,
                ToHex(HashToken(token)));
}

Result<Tokens> Tokens::Parse(std::string_view text, const std::string& file_name) {
  Tokens tokens;
  std::set<std::string> names;
  std::istringstream lines{std::string(text)};
  std::string line;
  for (size_t number = 1; std::getline(lines, line); ++number) {
    std::istringstream words(line.substr(0, line.find('#')));
    std::string role, name, hex, more;
    words >> role >> name >> hex >> more;
    if (role.empty()) continue;
    const auto access = ParseAccess(role);
    if (!access) return Invalid(file_name, number, "the first word is neither view nor control");
    if (name.empty()) return Invalid(file_name, number, "the name is missing");
    const auto hash = ParseHash(hex);
    if (!hash) return Invalid(file_name, number, "the third word is no SHA-256 in hexadecimal");
    if (!more.empty()) return Invalid(file_name, number, "there are more than three words");
    if (!names.insert(name).second) {
      return Invalid(file_name, number, Format("the name '{}' stands there twice", name));
    }
    tokens.entries_.push_back({{name, *access}, *hash});
  }
  return tokens;
}

std::optional<Tokens::Holder> Tokens::Find(std::string_view token) const {
  const TokenHash hash = HashToken(token);
  const Entry* found = nullptr;
  for (const Entry& entry : entries_) {
    if (CRYPTO_memcmp(entry.hash.data(), hash.data(), hash.size()) == 0) found = &entry;
  }
  if (found == nullptr) return std::nullopt;
  return found->holder;
}

}  // namespace hypnos

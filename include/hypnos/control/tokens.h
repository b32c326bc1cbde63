// Who may do what, by secret words that are kept as hashes only.
//
// The file has a line for each token; '#' begins a comment:
//   view     wall-display  SHA-256 of the token, 64 hexadecimal digits
//   control  alice         …
// A token is 32 random bytes: nobody guesses it from a fast hash, so a slow one would gain nothing.
// Threads: safe once made.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hypnos/base/result.h"
#include "proto/control.pb.h"

namespace hypnos {

using TokenHash = std::array<unsigned char, 32>;

TokenHash HashToken(std::string_view token);
std::string ToHex(const TokenHash& hash);

// "hypnos_" and 64 hexadecimal digits, from the system's source of secrets.
// kUnavailable, reason NO_RANDOMNESS, where it has none.
Result<std::string> NewToken();

// The line of the file for a token.
std::string TokenLine(control::Access access, std::string_view name, std::string_view token);

class Tokens {
 public:
  struct Holder {
    std::string name;
    control::Access access = control::NONE;
  };

  // Nobody.
  Tokens() = default;
  // kInvalidArgument, reason TOKENS_INVALID, naming the line, never what stands in a hash's place.
  static Result<Tokens> Parse(std::string_view text, const std::string& file_name);

  // Whose token it is. Compares with every one, each in constant time, so that the time taken tells
  // nothing of how near a guess was.
  std::optional<Holder> Find(std::string_view token) const;

  size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    Holder holder;
    TokenHash hash;
  };
  std::vector<Entry> entries_;
};

}  // namespace hypnos

// The symbols that a text is made of, each with a number from 0 in the order they are given.
// A symbol is a character of UTF-8. Where the alphabet has a small letter of ASCII but not the
// capital, the capital counts as the small one; so does a tab as a space.
// Threads: safe once made.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hypnos/base/result.h"

namespace hypnos {

inline constexpr size_t kMostSymbols = 256;

// Line feed, space, small letters, digits, and what is usual between words.
inline constexpr std::string_view kDefaultAlphabet =
    "\n !\"#$%&'()*+,-./0123456789:;<=>?@[]_abcdefghijklmnopqrstuvwxyz";

class Alphabet {
 public:
  // kInvalidArgument, reason ALPHABET, for fewer than two symbols, more than kMostSymbols, one that
  // is there twice, and what is no UTF-8.
  static Result<Alphabet> Create(std::string_view symbols);

  size_t size() const { return symbols_.size(); }
  // The number of a character of UTF-8; nothing: it is no symbol of this alphabet.
  std::optional<uint8_t> NumberOf(std::string_view character) const;
  const std::string& symbol(uint8_t number) const { return symbols_[number]; }
  std::string TextOf(std::span<const uint8_t> numbers) const;

 private:
  Alphabet() = default;

  std::vector<std::string> symbols_;
  std::array<std::optional<uint8_t>, 0x80> ascii_;
  std::map<std::string, uint8_t, std::less<>> others_;
};

}  // namespace hypnos

#include "hypnos/sources/alphabet.h"

#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"
#include "hypnos/base/utf8.h"

namespace hypnos {
namespace {

Error BadAlphabet(const std::string& why) {
  return {Code::kInvalidArgument, "ALPHABET", Format("alphabet: {}", why)};
}

constexpr size_t AsciiOf(char c) { return static_cast<unsigned char>(c); }

}  // namespace

Result<Alphabet> Alphabet::Create(std::string_view symbols) {
  Alphabet alphabet;
  while (!symbols.empty()) {
    const size_t length = CharacterLength(symbols);
    if (length == 0) return BadAlphabet("must be UTF-8");
    const std::string symbol(symbols.substr(0, length));
    symbols.remove_prefix(length);
    if (alphabet.NumberOf(symbol)) {
      return BadAlphabet(Format("'{}' is there twice", Printable(symbol)));
    }
    if (alphabet.size() == kMostSymbols) {
      return BadAlphabet(Format("has more than {} symbols", kMostSymbols));
    }
    const auto number = static_cast<uint8_t>(alphabet.size());
    if (length == 1) {
      alphabet.ascii_[AsciiOf(symbol[0])] = number;
    } else {
      alphabet.others_.emplace(symbol, number);
    }
    alphabet.symbols_.push_back(symbol);
  }
  if (alphabet.size() < 2) return BadAlphabet("needs two symbols at least");
  const auto stands_for = [&](char c, char other) {
    auto& number = alphabet.ascii_[AsciiOf(c)];
    if (!number) number = alphabet.ascii_[AsciiOf(other)];
  };
  for (char c = 'A'; c <= 'Z'; ++c) stands_for(c, static_cast<char>(c - 'A' + 'a'));
  stands_for('\t', ' ');
  return alphabet;
}

std::optional<uint8_t> Alphabet::NumberOf(std::string_view character) const {
  if (character.size() == 1) {
    const size_t c = AsciiOf(character[0]);
    return c < ascii_.size() ? ascii_[c] : std::nullopt;
  }
  const auto found = others_.find(character);
  return found == others_.end() ? std::nullopt : std::optional(found->second);
}

std::string Alphabet::TextOf(std::span<const uint8_t> numbers) const {
  std::string text;
  for (const uint8_t number : numbers) text += symbols_[number];
  return text;
}

}  // namespace hypnos

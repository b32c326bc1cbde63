// A text to learn from and to be judged by: its beginning and its end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "hypnos/base/file_system.h"
#include "hypnos/base/result.h"
#include "hypnos/sources/alphabet.h"

namespace hypnos::lab {

struct SymbolText {
  std::string name;  // the file's, without folder and ending
  std::vector<uint8_t> symbols;
  size_t alphabet = 0;  // how many symbols there are
  // symbols[0, learned) are learned from, symbols[learned, end) are judged by.
  size_t learned = 0;

  std::span<const uint8_t> training() const { return std::span(symbols).first(learned); }
  size_t judged() const { return symbols.size() - learned; }
};

// The last `held_out` share of the text is what is judged by.
// The alphabet has the symbols of the text and no others, so that figures are comparable with those
// of others; capitals count as small letters.
// Errors, naming the file: those of reading; kInvalidArgument with reason UNKNOWN_SYMBOL, naming
// the line, for what is no symbol of the default alphabet, unless `unknown` stands for it; with
// reason SHORT_TEXT for one of fewer than kShortestText symbols, an empty one too.
Result<SymbolText> LoadSymbolText(FileSystem& files, const std::string& path,
                                  const std::optional<std::string>& unknown, double held_out);

inline constexpr size_t kShortestText = 1000;

// For choosing settings: the text ends where the held-out part began, and its last `held_out` share
// is what is judged by.
SymbolText WithValidation(SymbolText text, double held_out);

// Learned from is only the first `share` of what was.
SymbolText Shortened(SymbolText text, double share);

}  // namespace hypnos::lab

#include "lab/symbol_text.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

#include "hypnos/base/format.h"
#include "hypnos/sources/text_decoder.h"

namespace hypnos::lab {
namespace {

size_t LearnedOf(size_t symbols, double held_out) {
  return symbols - static_cast<size_t>(static_cast<double>(symbols) * held_out);
}

// Renumbers the symbols so that those that do not occur have no number. Returns how many do.
size_t Renumber(std::vector<uint8_t>& symbols) {
  std::array<bool, kMostSymbols> occurs{};
  for (const uint8_t symbol : symbols) occurs[symbol] = true;
  std::array<uint8_t, kMostSymbols> number{};
  size_t count = 0;
  for (size_t i = 0; i < occurs.size(); ++i) {
    if (occurs[i]) number[i] = static_cast<uint8_t>(count++);
  }
  for (uint8_t& symbol : symbols) symbol = number[symbol];
  return count;
}

}  // namespace

Result<SymbolText> LoadSymbolText(FileSystem& files, const std::string& path,
                                  const std::optional<std::string>& unknown, double held_out) {
  HYPNOS_ASSIGN_OR_RETURN(Alphabet alphabet, Alphabet::Create(kDefaultAlphabet));
  std::optional<uint8_t> number;
  if (unknown) {
    number = alphabet.NumberOf(*unknown);
    if (!number) {
      return Error{
          Code::kInvalidArgument, "UNKNOWN_SYMBOL",
          Format("'{}' cannot stand for unknown symbols: it is none of the alphabet itself",
                 *unknown)};
    }
  }
  HYPNOS_ASSIGN_OR_RETURN(const std::string bytes, files.ReadFile(path));
  SymbolText text;
  text.name = std::filesystem::path(path).stem();
  TextDecoder decoder(Format("'{}'", path), std::move(alphabet), number);
  HYPNOS_RETURN_IF_ERROR(decoder.Decode(bytes, &text.symbols));
  HYPNOS_RETURN_IF_ERROR(decoder.Finish(&text.symbols));
  if (text.symbols.size() < kShortestText) {
    return Error{
        Code::kInvalidArgument, "SHORT_TEXT",
        Format("'{}' has {} symbols; {} are needed", path, text.symbols.size(), kShortestText)};
  }
  text.alphabet = Renumber(text.symbols);
  text.learned = LearnedOf(text.symbols.size(), held_out);
  return text;
}

SymbolText WithValidation(SymbolText text, double held_out) {
  text.symbols.resize(text.learned);
  text.learned = LearnedOf(text.symbols.size(), held_out);
  return text;
}

SymbolText Shortened(SymbolText text, double share) {
  const auto kept = static_cast<size_t>(static_cast<double>(text.learned) * share);
  const auto begin = text.symbols.begin();
  text.symbols.erase(begin + static_cast<ptrdiff_t>(kept),
                     begin + static_cast<ptrdiff_t>(text.learned));
  text.learned = kept;
  return text;
}

}  // namespace hypnos::lab

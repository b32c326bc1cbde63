#include "hypnos/sources/text_decoder.h"

#include <algorithm>
#include <utility>

#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"
#include "hypnos/base/utf8.h"

namespace hypnos {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// How many bytes there must be to know the first character.
size_t BytesNeeded(std::string_view bytes) {
  return bytes[0] == '\r' ? 2 : CharacterLengthByLead(bytes[0]);
}

}  // namespace

TextDecoder::TextDecoder(std::string name, Alphabet alphabet, std::optional<uint8_t> unknown)
    : name_(std::move(name)), alphabet_(std::move(alphabet)), unknown_(unknown) {}

Status TextDecoder::Decode(std::string_view piece, std::vector<uint8_t>* symbols,
                           std::vector<Place>* places) {
  if (unfinished_.empty()) return DecodeAll(piece, false, symbols, places);
  const std::string bytes = std::exchange(unfinished_, {}) + std::string(piece);
  return DecodeAll(bytes, false, symbols, places);
}

void TextDecoder::Restart(const Place& place) {
  unfinished_.clear();
  place_ = place;
  begins_ = place.offset == 0;
}

Status TextDecoder::Finish(std::vector<uint8_t>* symbols, std::vector<Place>* places) {
  return DecodeAll(std::exchange(unfinished_, {}), true, symbols, places);
}

Status TextDecoder::DecodeAll(std::string_view bytes, bool last, std::vector<uint8_t>* symbols,
                              std::vector<Place>* places) {
  const auto pass = [&](size_t count) {
    bytes.remove_prefix(count);
    place_.offset += static_cast<int64_t>(count);
  };
  while (!bytes.empty()) {
    if (!last && bytes.size() < BytesNeeded(bytes)) {
      unfinished_ = bytes;
      return {};
    }
    if (bytes.starts_with("\r\n")) pass(1);
    const size_t length = std::max<size_t>(1, CharacterLength(bytes));
    const std::string_view character = bytes.substr(0, length);
    const bool is_mark = std::exchange(begins_, false) && character == kByteOrderMark;
    if (!is_mark) HYPNOS_RETURN_IF_ERROR(Append(character, symbols));
    pass(length);
    if (!is_mark && places != nullptr) places->push_back(place_);
  }
  return {};
}

Status TextDecoder::Append(std::string_view character, std::vector<uint8_t>* symbols) {
  const auto number = alphabet_.NumberOf(character);
  if (!number && !unknown_) {
    const bool is_byte = character.size() == 1 && static_cast<unsigned char>(character[0]) >= 0x80;
    return Error{Code::kInvalidArgument, "UNKNOWN_SYMBOL",
                 Format("{} line {}: {} is no symbol of the alphabet; add it, or say which symbol "
                        "stands for all that is unknown",
                        name_, place_.line,
                        is_byte ? Format("byte 0x{:02x}", static_cast<unsigned char>(character[0]))
                                : Format("'{}'", Printable(character)))};
  }
  symbols->push_back(number ? *number : *unknown_);
  if (character == "\n") ++place_.line;
  return {};
}

}  // namespace hypnos

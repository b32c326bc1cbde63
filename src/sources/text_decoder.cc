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

Status TextDecoder::Decode(std::string_view piece, std::vector<uint8_t>* symbols) {
  if (unfinished_.empty()) return DecodeAll(piece, false, symbols);
  const std::string bytes = std::exchange(unfinished_, {}) + std::string(piece);
  return DecodeAll(bytes, false, symbols);
}

void TextDecoder::Restart() {
  unfinished_.clear();
  begins_ = true;
  line_ = 1;
}

Status TextDecoder::Finish(std::vector<uint8_t>* symbols) {
  return DecodeAll(std::exchange(unfinished_, {}), true, symbols);
}

Status TextDecoder::DecodeAll(std::string_view bytes, bool last, std::vector<uint8_t>* symbols) {
  while (!bytes.empty()) {
    if (!last && bytes.size() < BytesNeeded(bytes)) {
      unfinished_ = bytes;
      return {};
    }
    if (bytes.starts_with("\r\n")) bytes.remove_prefix(1);
    const size_t length = std::max<size_t>(1, CharacterLength(bytes));
    const std::string_view character = bytes.substr(0, length);
    const bool is_mark = std::exchange(begins_, false) && character == kByteOrderMark;
    if (!is_mark) HYPNOS_RETURN_IF_ERROR(Append(character, symbols));
    bytes.remove_prefix(length);
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
                        name_, line_,
                        is_byte ? Format("byte 0x{:02x}", static_cast<unsigned char>(character[0]))
                                : Format("'{}'", Printable(character)))};
  }
  symbols->push_back(number ? *number : *unknown_);
  if (character == "\n") ++line_;
  return {};
}

}  // namespace hypnos

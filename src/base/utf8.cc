#include "hypnos/base/utf8.h"

#include <cstdint>

#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"

namespace hypnos {
namespace {

// Code points that need fewer bytes, surrogates and what lies beyond Unicode are malformed.
bool IsWellFormed(uint32_t point, size_t length) {
  constexpr uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  return point >= kSmallest[length] && point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
}

}  // namespace

size_t CharacterLengthByLead(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  if (byte < 0xc0 || byte > 0xf7) return 1;
  return byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
}

size_t CharacterLength(std::string_view text) {
  if (text.empty()) return 0;
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return 1;
  const size_t length = CharacterLengthByLead(text[0]);
  if (length == 1 || text.size() < length) return 0;
  uint32_t point = lead & (0x7fu >> length);
  for (const char c : text.substr(1, length - 1)) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xc0) != 0x80) return 0;
    point = (point << 6) | (byte & 0x3fu);
  }
  return IsWellFormed(point, length) ? length : 0;
}

std::string PrintableUtf8(std::string_view text) {
  std::string printable;
  while (!text.empty()) {
    const size_t length = CharacterLength(text);
    printable += length == 0 ? Format("\\x{:02x}", static_cast<unsigned char>(text.front()))
                             : Printable(text.substr(0, length));
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return printable;
}

}  // namespace hypnos

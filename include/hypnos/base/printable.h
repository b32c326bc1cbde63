// Names come from configurations and disks: what they hold must not reach a terminal as it is.
#pragma once

#include <string>
#include <string_view>

#include "hypnos/base/format.h"

namespace hypnos {

// Each control character as "\x1b": those of ASCII, and U+0080 to U+009F in UTF-8.
inline std::string Printable(std::string_view text) {
  std::string printable;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : 0);
    if (byte < 0x20 || byte == 0x7F) {
      printable += Format("\\x{:02x}", byte);
    } else if (byte == 0xC2 && next >= 0x80 && next < 0xA0) {
      printable += Format("\\x{:02x}", next);
      ++i;
    } else {
      printable += text[i];
    }
  }
  return printable;
}

}  // namespace hypnos

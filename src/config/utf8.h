// Where one character ends and the next begins.
#pragma once

#include <cstddef>
#include <string_view>

namespace hypnos::config {

// Length in bytes of the well-formed UTF-8 character that `text` begins with; 0 if there is none.
size_t CharacterLength(std::string_view text);

// Control characters other than tab, line feed and carriage return have no business in a
// configuration, and the YAML library takes some of them for the end of the file.
constexpr bool IsForbiddenControl(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7f;
}

}  // namespace hypnos::config

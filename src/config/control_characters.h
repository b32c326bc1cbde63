// What a configuration may not hold.
#pragma once

namespace hypnos::config {

// Control characters other than tab, line feed and carriage return have no business in a
// configuration, and the YAML library takes some of them for the end of the file.
constexpr bool IsForbiddenControl(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7f;
}

}  // namespace hypnos::config

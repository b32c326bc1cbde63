// Where one character of UTF-8 ends and the next begins, and what is none.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hypnos {

// Length in bytes of the well-formed UTF-8 character that `text` begins with; 0 if there is none.
size_t CharacterLength(std::string_view text);

// How many bytes a character that begins with this one has, if it is well-formed; 1 for a byte that
// begins none.
size_t CharacterLengthByLead(char lead);

// As Printable, of text that may not be UTF-8, as a name in somebody's file: each byte that belongs
// to no character as "\xb0".
std::string PrintableUtf8(std::string_view text);

}  // namespace hypnos

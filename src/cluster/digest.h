// Of bytes: a digest, and a text of them. Pure functions. Threads: safe.
#pragma once

#include <string>
#include <string_view>

namespace hypnos {

// SHA-256, as 64 hexadecimal digits in lower case.
std::string Sha256(std::string_view bytes);

std::string Base64(std::string_view bytes);

}  // namespace hypnos

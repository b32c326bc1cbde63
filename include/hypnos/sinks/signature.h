// Who receives a notice can tell that it is ours, and not an old one sent again: it is signed with
// a secret that both know.
//   signature = hex(HMAC-SHA-256(secret, timestamp "." body))        (RFC 2104)
// Errors: none. Threads: safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hypnos {

// `timestamp`: seconds since 1970, UTC, when it is sent. 64 hexadecimal digits, lower case.
std::string SignatureOf(std::string_view secret, int64_t timestamp, std::string_view body);

}  // namespace hypnos

// URLs of network streams: which are known, and how one is shown without its password.
// One table and one masker for every room: two of them would differ in what they let through.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace hypnos {

// What stands before "://". Not all that FFmpeg knows: "file:" or "concat:" in a stream's place
// would read local files.
inline constexpr std::array<std::string_view, 6> kStreamSchemes = {"rtsp",  "rtsps", "http",
                                                                   "https", "udp",   "tcp"};

bool HasStreamScheme(std::string_view url);

// http:// or https://, and something behind it.
bool HasWebScheme(std::string_view url);

// nats:// or tls://, and something behind it.
bool HasBrokerScheme(std::string_view url);

// "rtsp://, ... or tcp://", as sentences name them.
std::string ListedStreamSchemes();

// A URL that can be shown: "rtsp://me:hush@host/s?token=1" becomes "rtsp://***@host/s?token=***".
// Hides the login, and the values of parameters that are named like secrets, whether in the query,
// the path or the fragment. When in doubt it hides too much: an '@' or '/' that belongs to the path
// cannot be told from one in a password that should have been escaped.
std::string MaskedUrl(std::string_view url);

}  // namespace hypnos

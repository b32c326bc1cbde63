// What cnats says, for people; and what is read from a URL of NATS.
// Pure functions. Threads: safe.
#pragma once

#include <nats/nats.h>

#include <string>
#include <string_view>

#include "hypnos/base/result.h"

namespace hypnos {

// `words`: what the library or the broker adds; may be empty.
std::string SentenceOf(natsStatus status, std::string_view words);

// Why there is no connection.
Error ErrorOf(natsStatus status, std::string_view words);

// "nats://me:hush@host:4222" -> "host"
std::string HostOf(std::string_view url);

}  // namespace hypnos

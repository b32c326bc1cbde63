// Writes a configuration out in full: what is really in effect.
// Threads: safe.
#pragma once

#include <string>

#include "proto/config.pb.h"

namespace hypnos::config {

// YAML with every key and its effective value, secrets masked. Loading it gives an equal
// configuration, but for the masked secrets: Fill(Print(c)) == Masked(Defaulted(c)).
std::string Print(const google::protobuf::Message& config);

// The same with every default written out. Two configurations mean the same if and only if these
// have the same fields.
Config Defaulted(const Config& config);

// The same with every secret made unreadable. Of a URL only login and password, and values of
// parameters named like a password or token, are replaced, so that the host can still be read.
Config Masked(const Config& config);

}  // namespace hypnos::config

// Reads a configuration: YAML text, then the environment, then --set flags, each over the one
// before, into a protobuf message; the schema (proto/config.proto) is the only list of keys.
//
// Everything wrong is reported at once (the first 20), a line each, as "file:line:column: sentence"
// or "--set a.b=value: sentence" or "HYPNOS_A__B: sentence"; lines and columns count from 1,
// columns in bytes. Passwords never show. Code kInvalidArgument, reason CONFIG_INVALID. Threads:
// safe.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "hypnos/base/file_system.h"
#include "hypnos/base/result.h"
#include "proto/config.pb.h"

namespace hypnos::config {

// What is laid over a file. The value is YAML; a path may name the element after a list's last.
struct Overrides {
  // "network.layers.1.units=64", as given to --set; a later one wins.
  std::vector<std::string> sets;
  // The environment. HYPNOS_NETWORK__LAYERS__1__UNITS=64 says the same as above; names that do not
  // begin with HYPNOS_ are ignored, others that name no key are an error.
  std::map<std::string, std::string> environment;
};

// `file_name` is only for messages. Text of "{}" stands for a file that gives nothing.
Result<Config> Parse(std::string_view text, const std::string& file_name,
                     const Overrides& overrides = {});

// kNotFound or another file error if `path` cannot be read; then as Parse.
Result<Config> Load(FileSystem& files, const std::string& path, const Overrides& overrides = {});

// `config` with one more source, the last one: `text` is one entry of `sources`. Errors: as Parse,
// and for a source whose name is taken.
Result<Config> WithSource(const Config& config, std::string_view text,
                          const std::string& file_name);

// As Parse, for any schema without map fields, groups and extensions, and without Config's checks
// across keys. On error `message` holds whatever could be read.
//   A section, which is a message at the top level, is always there: absent, it has its defaults.
//   A message further down exists only if it is given: its absence says something.
//   A oneof must have exactly one member.
Status Fill(std::string_view text, const std::string& file_name, const Overrides& overrides,
            google::protobuf::Message* message);

}  // namespace hypnos::config

// The words that sentences about a configuration are made of.
#pragma once

#include <google/protobuf/descriptor.h>

#include <string>
#include <string_view>
#include <vector>

#include "hypnos/base/nearest.h"

namespace hypnos::config {

// Text from outside, fit for a log: one line, not long, no password of a URL.
std::string Shown(std::string_view text);

// In double quotes, with escapes: a YAML scalar that reads back as `text` (what is not UTF-8
// becomes the replacement character).
std::string Quoted(std::string_view text);

// CameraSource -> "camera source".
std::string Noun(const google::protobuf::Descriptor& type);
// "a layer", "an encoding".
std::string WithArticle(const std::string& noun);
std::string Lower(std::string_view text);

// "a, b, c".
std::string Listed(const std::vector<std::string>& words);

// "; did you mean 'x'?" or, if nothing is near, "; the keys are a, b, c".
std::string Suggestion(std::string_view word, const std::vector<std::string>& words);

std::vector<std::string> KeysOf(const google::protobuf::Descriptor& type);
// Lower case, as in the file.
std::vector<std::string> ValuesOf(const google::protobuf::EnumDescriptor& type);
std::vector<std::string> MembersOf(const google::protobuf::OneofDescriptor& choice);

}  // namespace hypnos::config

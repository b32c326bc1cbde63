// Keeps passwords out of what people read. When in doubt, too much is masked rather than too
// little.
#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <string_view>

namespace hypnos::config {

// The value of a field with option `secret`: as MaskedUrl if it begins like a URL, else all of it.
std::string MaskSecret(std::string_view text);

// Applies MaskSecret to every such field, however deep.
void MaskSecrets(google::protobuf::Message* message);

}  // namespace hypnos::config

// Keeps passwords out of what people read. When in doubt, too much is masked rather than too
// little.
#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <string_view>

namespace hypnos::config {

// rtsp://user:password@host/s?token=1 -> rtsp://***@host/s?token=***. Text without "://" is as it
// was.
std::string MaskUrl(std::string_view text);

// The value of a field with option `secret`: as MaskUrl if it begins like a URL, else all of it.
std::string MaskSecret(std::string_view text);

// Applies MaskSecret to every such field, however deep.
void MaskSecrets(google::protobuf::Message* message);

}  // namespace hypnos::config

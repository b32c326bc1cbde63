// A URL that can be shown: "rtsp://user:***@host/path?token=***".
#pragma once

#include <string>
#include <string_view>

namespace hypnos {

// Hides the password before the host and the values of parameters that are named like secrets.
// When in doubt it hides too much.
std::string MaskedUrl(std::string_view url);

}  // namespace hypnos

// A message that is longer than a broker takes, as several that are not. Who receives them puts
// `data` of 1 to `of` together, of one `message`, which is the SHA-256 of the whole.
//   {"data":"eyJob3N0Ijoi...","message":"9f86d0...","of":3,"part":1,"version":1}
// Pure. Threads: safe.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hypnos {

// The message itself where it fits. Empty: the limit leaves no room for any part.
std::vector<std::string> InParts(std::string_view message, size_t limit);

}  // namespace hypnos

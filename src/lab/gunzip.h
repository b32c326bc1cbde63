// What a gzip file holds, over zlib. Threads: safe.
#pragma once

#include <string>
#include <string_view>

#include "hypnos/base/result.h"

namespace hypnos::lab {

// By its first two bytes.
bool IsGzip(std::string_view bytes);

// Several members one after the other are one file, as for gunzip. `path` is for the message.
// kDataLoss, reason GZIP_DAMAGED: damaged or cut off. kOutOfRange, reason FILE_TOO_LARGE: more than
// kMostReadBytes come out.
Result<std::string> Gunzip(std::string_view bytes, const std::string& path);

}  // namespace hypnos::lab

// Clips in a folder. Threads: safe.
#pragma once

#include <string>
#include <vector>

#include "hypnos/base/result.h"

namespace hypnos::lab {

// Files with the ending of a video, by name. Errors: kNotFound, reason NO_FOLDER or NO_VIDEOS.
Result<std::vector<std::string>> VideosIn(const std::string& folder);

}  // namespace hypnos::lab

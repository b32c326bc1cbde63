// What can be said about a path before a library has a go at it.
#pragma once

#include <string>

#include "hypnos/base/result.h"

namespace hypnos {

// kNotFound, kPermissionDenied; `what` begins the sentence: "file", "camera".
Status CheckReadable(const std::string& what, const std::string& path);

// The same, and kInvalidArgument for what cannot be a video: directories, pipes, devices and empty
// files.
Status CheckVideoFile(const std::string& path);

// For a file that no library can read: why, as well as its first bytes tell.
Error NotAVideo(const std::string& path);

}  // namespace hypnos

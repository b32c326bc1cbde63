#include "imaging/video_path.h"

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <string_view>

#include "hypnos/base/format.h"

namespace hypnos {
namespace {

Error NotAVideo(const std::string& path, std::string_view why) {
  return {Code::kInvalidArgument, "NOT_A_VIDEO",
          Format("file '{}' is no video that can be read here: {}", path, why)};
}

std::string LowerCaseStart(const std::string& path) {
  std::string start(512, '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(start.data(), static_cast<std::streamsize>(start.size()));
  start.resize(static_cast<size_t>(file.gcount()));
  std::ranges::transform(start, start.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return start;
}

}  // namespace

Status CheckReadable(const std::string& what, const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    return Error{Code::kNotFound, "NO_SUCH_FILE", Format("{} '{}' does not exist", what, path)};
  }
  if (access(path.c_str(), R_OK) != 0) {
    return Error{Code::kPermissionDenied, "NOT_READABLE",
                 Format("{} '{}' exists, but this user may not read it", what, path)};
  }
  return {};
}

Status CheckVideoFile(const std::string& path) {
  HYPNOS_RETURN_IF_ERROR(CheckReadable("file", path));
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    return NotAVideo(path, "it is a directory; a folder of images is a source of its own kind");
  }
  if (std::filesystem::is_character_file(path, error)) {
    return NotAVideo(path, "it is a device; a camera is a source of its own kind");
  }
  // To open a pipe waits for ever for somebody who writes to it.
  if (!std::filesystem::is_regular_file(path, error)) {
    return NotAVideo(path, "it is no regular file, but a pipe, a socket or the like");
  }
  if (std::filesystem::file_size(path, error) == 0) return NotAVideo(path, "it is empty");
  return {};
}

Error NotAVideo(const std::string& path) {
  const std::string start = LowerCaseStart(path);
  if (start.find("<!doctype html") != std::string::npos || start.find("<html") != std::string::npos)
    return NotAVideo(path, "it is a web page");
  return NotAVideo(path, "its format is unknown, or it is damaged");
}

}  // namespace hypnos

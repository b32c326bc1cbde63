#include "lab/video_folder.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "hypnos/base/format.h"

namespace hypnos::lab {
namespace {

constexpr std::array<std::string_view, 5> kEndings = {".avi", ".mp4", ".mkv", ".mov", ".webm"};

}  // namespace

Result<std::vector<std::string>> VideosIn(const std::string& folder) {
  std::error_code error;
  std::vector<std::string> paths;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string ending = entry->path().extension().string();
    if (std::ranges::find(kEndings, ending) != kEndings.end()) {
      paths.push_back(entry->path().string());
    }
  }
  if (error) {
    return Error{Code::kNotFound, "NO_FOLDER",
                 Format("cannot read the folder '{}': {}", folder, error.message())};
  }
  if (paths.empty()) {
    return Error{Code::kNotFound, "NO_VIDEOS",
                 Format("the folder '{}' has no video: no file that ends in .avi, .mp4, .mkv, .mov "
                        "or .webm",
                        folder)};
  }
  std::ranges::sort(paths);
  return paths;
}

}  // namespace hypnos::lab

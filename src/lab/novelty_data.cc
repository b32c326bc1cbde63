#include "lab/novelty_data.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "hypnos/base/format.h"

namespace hypnos::lab {
namespace {

namespace fs = std::filesystem;

// By name. Folders hold pictures; everything else is taken to be a video.
Result<std::vector<NoveltyClip>> ClipsIn(const fs::path& folder, bool usual) {
  std::vector<NoveltyClip> clips;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    clips.push_back({.name = entry->path().stem().string(),
                     .path = entry->path().string(),
                     .is_folder = entry->is_directory(),
                     .usual = usual});
  }
  if (error) {
    return Error{Code::kNotFound, "NO_FOLDER",
                 Format("cannot read the folder '{}': {}", folder.string(), error.message())};
  }
  std::ranges::sort(clips, {}, &NoveltyClip::path);
  return clips;
}

Error BadLine(const std::string& path, size_t line) {
  return Error{Code::kInvalidArgument, "BAD_LABELS",
               Format("'{}', line {}: it must be a clip, a frame and 0 or 1", path, line)};
}

Status ReadLabels(const std::string& path, NoveltyData& data) {
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line)) {
    return Error{Code::kNotFound, "NO_LABELS", Format("cannot read '{}'", path)};
  }
  for (size_t number = 2; std::getline(file, line); ++number) {
    if (line.ends_with('\r')) line.pop_back();
    const size_t first = line.find(',');
    const size_t second = first == std::string::npos ? first : line.find(',', first + 1);
    if (second == std::string::npos) return BadLine(path, number);
    const std::string frame = line.substr(first + 1, second - first - 1);
    const std::string label = line.substr(second + 1);
    const bool is_number = !frame.empty() && frame.size() < 10 &&
                           std::ranges::all_of(frame, [](char c) { return c >= '0' && c <= '9'; });
    if (!is_number || (label != "0" && label != "1")) return BadLine(path, number);
    data.unusual[{line.substr(0, first), std::stoll(frame)}] = label == "1";
  }
  return {};
}

// Of a frame with a label each, or of none at all.
Status FindMasks(const fs::path& folder, NoveltyData& data) {
  std::error_code none;
  if (!fs::exists(folder, none)) return {};
  for (const NoveltyClip& clip : data.clips) {
    if (clip.usual) continue;
    HYPNOS_ASSIGN_OR_RETURN(const std::vector<NoveltyClip> files,
                            ClipsIn(folder / clip.name, false));
    for (size_t i = 0; i < files.size(); ++i) {
      // By name is in order only where all are of one length.
      if (files[i].path.size() != files.front().path.size()) {
        return Error{Code::kInvalidArgument, "BAD_MASKS",
                     Format("the names of '{}' and '{}' must be equally long, as 000.png and "
                            "001.png, and nothing else may lie beside them",
                            files.front().path, files[i].path)};
      }
      data.masks[{clip.name, static_cast<int64_t>(i)}] = files[i].path;
    }
  }
  for (const auto& [frame, label] : data.unusual) {
    if (data.masks.contains(frame)) continue;
    return Error{Code::kNotFound, "NO_MASK",
                 Format("'{}' has no mask of frame {} of clip '{}', which has a label",
                        folder.string(), frame.second, frame.first)};
  }
  for (const auto& [frame, path] : data.masks) {
    if (data.unusual.contains(frame)) continue;
    return Error{Code::kInvalidArgument, "BAD_MASKS",
                 Format("'{}' is a mask of frame {} of clip '{}', which has no label", path,
                        frame.second, frame.first)};
  }
  return {};
}

}  // namespace

Result<NoveltyData> ReadNoveltyData(const std::string& folder) {
  NoveltyData data;
  const fs::path root = folder;
  const bool videos = fs::exists(root / "train_mp4");
  HYPNOS_ASSIGN_OR_RETURN(data.clips, ClipsIn(root / (videos ? "train_mp4" : "train"), true));
  // Two clips of a playlist may not share a name.
  for (NoveltyClip& clip : data.clips) clip.name = "train-" + clip.name;
  HYPNOS_ASSIGN_OR_RETURN(const std::vector<NoveltyClip> watched, ClipsIn(root / "test", false));
  data.clips.insert(data.clips.end(), watched.begin(), watched.end());
  HYPNOS_RETURN_IF_ERROR(ReadLabels((root / "labels.csv").string(), data));
  HYPNOS_RETURN_IF_ERROR(FindMasks(root / "masks", data));
  return data;
}

}  // namespace hypnos::lab

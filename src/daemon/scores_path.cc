#include "daemon/scores_path.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <system_error>

#include "hypnos/base/format.h"

namespace hypnos {
namespace {

std::optional<struct stat> Look(const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) return std::nullopt;
  return info;
}

// Links and detours do not make another file of it.
bool IsAt(const struct stat& file, const std::string& path) {
  const auto other = Look(path);
  return other && other->st_dev == file.st_dev && other->st_ino == file.st_ino;
}

bool IsIn(const struct stat& file, const FolderSourceOptions& folder) {
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator entry(folder.path, error), end;
       !error && entry != end; entry.increment(error)) {
    if (!folder.subfolders) entry.disable_recursion_pending();
    if (IsAt(file, entry->path().string())) return true;
  }
  return false;
}

bool Reads(const SourceOptions& source, const struct stat& file) {
  if (source.labels.from == LabelOptions::From::kFile && IsAt(file, source.labels.text)) {
    return true;
  }
  if (const auto* video = std::get_if<FileSourceOptions>(&source.kind)) {
    return IsAt(file, video->path);
  }
  if (const auto* text = std::get_if<TextSourceOptions>(&source.kind)) {
    return IsAt(file, text->path);
  }
  if (const auto* folder = std::get_if<FolderSourceOptions>(&source.kind)) {
    return IsIn(file, *folder);
  }
  if (const auto* playlist = std::get_if<PlaylistOptions>(&source.kind)) {
    return std::ranges::any_of(playlist->entries,
                               [&](const SourceOptions& entry) { return Reads(entry, file); });
  }
  return false;
}

Error AreInput(const std::string& path, const std::string& whose) {
  return {Code::kInvalidArgument, "SCORES_ARE_INPUT",
          Format("'{}' is {}, which would be lost; name another file", path, whose)};
}

Error NotWritable(const char* doing, const std::string& path) {
  return {Code::kUnavailable, "SCORES_NOT_WRITABLE",
          Format("cannot {} '{}': {}", doing, path, std::strerror(errno))};
}

Status CheckCreatable(const std::string& path) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (file >= 0) {
    close(file);
    unlink(path.c_str());
    return {};
  }
  // A link to what is not there yet: the first row will tell.
  if (errno == EEXIST) return {};
  return NotWritable("create", path);
}

Status CheckWritable(const std::string& path) {
  const int file = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0) return NotWritable("write to", path);
  close(file);
  return {};
}

}  // namespace

Result<ScoresPath> CheckScoresPath(const std::string& path, const std::string& config_path,
                                   const std::vector<SourceOptions>& sources) {
  const auto file = Look(path);
  if (!file) {
    HYPNOS_RETURN_IF_ERROR(CheckCreatable(path));
    return ScoresPath{path, true};
  }
  if (!S_ISREG(file->st_mode)) return ScoresPath{path, false};
  if (IsAt(*file, config_path)) return AreInput(path, "the configuration");
  if (std::ranges::any_of(sources, [&](const auto& source) { return Reads(source, *file); })) {
    return AreInput(path, "what is to be watched");
  }
  HYPNOS_RETURN_IF_ERROR(CheckWritable(path));
  return ScoresPath{path, true};
}

}  // namespace hypnos

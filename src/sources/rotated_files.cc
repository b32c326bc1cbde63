#include "sources/rotated_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <tuple>

#include "sources/natural_order.h"

namespace hypnos {
namespace {

namespace fs = std::filesystem;

// Whoever renames faster than that is no rotation.
constexpr int kMostLooks = 8;

constexpr auto kDigitsOfDate = 6;
constexpr std::array<std::string_view, 6> kPackers = {".gz", ".bz2", ".xz", ".zst", ".lz4", ".Z"};

// ".1", "-20261127", ".2026-11-27_10:00", ".old".
bool IsRotation(std::string_view added) {
  if (added == ".old") return true;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto may_be = [&](char c) {
    return is_digit(c) || std::string_view(".-_:T").find(c) != std::string_view::npos;
  };
  return added.size() > 1 && !is_digit(added.front()) && added.front() != 'T' &&
         std::ranges::all_of(added, may_be) && std::ranges::any_of(added, is_digit);
}

// A date at least: "-20261127". A mere number within a name tells one instrument from another.
bool IsDate(std::string_view added) {
  return IsRotation(added) &&
         std::ranges::count_if(added, [](char c) { return c >= '0' && c <= '9'; }) >= kDigitsOfDate;
}

// What stands between `begin` and `end` of a name; empty where it does not begin and end so.
std::string_view Within(std::string_view name, std::string_view begin, std::string_view end) {
  if (name.size() <= begin.size() + end.size()) return {};
  if (!name.starts_with(begin) || !name.ends_with(end)) return {};
  name.remove_prefix(begin.size());
  name.remove_suffix(end.size());
  return name;
}

auto TimeOf(const struct stat& what) { return std::tie(what.st_mtim.tv_sec, what.st_mtim.tv_nsec); }

std::vector<RotatedFile> LookForRotatedFilesOf(const std::string& path) {
  const fs::path whole = path;
  const std::string name = whole.filename(), stem = whole.stem(), extension = whole.extension();
  const fs::path folder = whole.has_parent_path() ? whole.parent_path() : fs::path(".");
  std::vector<RotatedFile> files;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string full = entry->path().filename();
    std::string_view called = full;
    const auto packer = std::ranges::find_if(
        kPackers, [&](std::string_view ending) { return called.ends_with(ending); });
    const bool packed = packer != kPackers.end();
    if (packed) called.remove_suffix(packer->size());
    if (!IsRotation(Within(called, name, "")) && !IsDate(Within(called, stem, extension))) continue;
    // It is being packed: the file itself is still there.
    std::error_code unknown;
    if (packed && fs::exists(entry->path().parent_path() / called, unknown)) continue;
    RotatedFile file = {.path = entry->path(), .packed = packed};
    if (stat(file.path.c_str(), &file.what) != 0 || !S_ISREG(file.what.st_mode)) continue;
    files.push_back(std::move(file));
  }
  std::ranges::sort(files, [](const RotatedFile& one, const RotatedFile& other) {
    if (WasWrittenBefore(one.what, other.what)) return true;
    if (WasWrittenBefore(other.what, one.what)) return false;
    return NaturallyBefore(one.path, other.path);
  });
  return files;
}

bool IsTheSame(const RotatedFile& one, const RotatedFile& other) {
  return one.path == other.path && IsSameFile(one.what, other.what);
}

}  // namespace

bool IsSameFile(const struct stat& one, const struct stat& other) {
  return one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

bool WasWrittenBefore(const struct stat& one, const struct stat& other) {
  return TimeOf(one) < TimeOf(other);
}

std::vector<RotatedFile> RotatedFilesOf(const std::string& path) {
  std::vector<RotatedFile> files = LookForRotatedFilesOf(path);
  for (int look = 1; look < kMostLooks; ++look) {
    std::vector<RotatedFile> again = LookForRotatedFilesOf(path);
    const bool same = std::ranges::equal(files, again, IsTheSame);
    files = std::move(again);
    if (same) break;
  }
  return files;
}

int OpenAsSeen(const std::string& path, const struct stat& seen) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return -1;
  struct stat now {};
  if (fstat(file, &now) == 0 && IsSameFile(now, seen)) return file;
  close(file);
  return -1;
}

}  // namespace hypnos

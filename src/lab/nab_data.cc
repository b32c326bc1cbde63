#include "lab/nab_data.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"
#include "hypnos/sources/row_time.h"

namespace hypnos::lab {
namespace {

using nlohmann::json;

Error Bad(const std::string& path, const std::string& what) {
  return {Code::kInvalidArgument, "BAD_NAB", Format("'{}': {}", Printable(path), what)};
}

std::vector<std::string> LinesOf(const std::string& text) {
  std::vector<std::string> lines;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    std::string line = text.substr(at, end - at);
    if (line.ends_with('\r')) line.pop_back();
    if (!line.empty()) lines.push_back(std::move(line));
    at = end + 1;
  }
  return lines;
}

Result<std::vector<Duration>> TimesOf(const NabFile& file) {
  std::vector<Duration> times;
  for (const std::string& row : file.rows) {
    const auto time = ParseRowTime(row.substr(0, row.find(',')));
    if (!time) return Bad(file.path, Format("'{}' does not begin with a time", Printable(row)));
    times.push_back(*time);
  }
  return times;
}

std::optional<Duration> TimeIn(const json& window, size_t end) {
  if (!window.is_array() || window.size() != 2 || !window[end].is_string()) return std::nullopt;
  return ParseRowTime(window[end].get<std::string>());
}

Status PlaceWindows(const json& windows, NabFile& file) {
  HYPNOS_ASSIGN_OR_RETURN(const std::vector<Duration> times, TimesOf(file));
  for (const json& window : windows) {
    const auto begin = TimeIn(window, 0), end = TimeIn(window, 1);
    if (!begin || !end) return Bad(file.path, "a window of its labels is not two times");
    const auto inside = [&](Duration time) { return time >= *begin && time <= *end; };
    const auto first = std::ranges::find_if(times, inside);
    const auto last = std::find_if(times.rbegin(), times.rend(), inside);
    if (first == times.end()) return Bad(file.path, "a window of its labels has no row");
    file.windows.emplace_back(first - times.begin(), times.rend() - last - 1);
  }
  std::ranges::sort(file.windows);
  return {};
}

}  // namespace

Result<std::vector<NabFile>> ReadNab(FileSystem& files, const std::string& folder) {
  const std::string labels = folder + "/labels/combined_windows.json";
  HYPNOS_ASSIGN_OR_RETURN(const std::string text, files.ReadFile(labels));
  const json parsed = json::parse(text, nullptr, false);
  if (!parsed.is_object() || parsed.empty()) return Bad(labels, "it is no JSON with files in it");
  std::vector<NabFile> all;
  for (const auto& [name, windows] : parsed.items()) {
    NabFile& file = all.emplace_back(NabFile{.name = name, .path = {}, .rows = {}, .windows = {}});
    file.path = Format("{}/data/{}", folder, name);
    HYPNOS_ASSIGN_OR_RETURN(const std::string data, files.ReadFile(file.path));
    file.rows = LinesOf(data);
    if (file.rows.size() < 2) return Bad(file.path, "it has no rows");
    file.rows.erase(file.rows.begin());
    if (!windows.is_array()) return Bad(labels, Format("'{}' has no list", Printable(name)));
    HYPNOS_RETURN_IF_ERROR(PlaceWindows(windows, file));
  }
  return all;
}

}  // namespace hypnos::lab

// Which key was given where, and which values can be trusted, by path ("sources.0.name"; the top
// level is "").
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "config/report.h"

namespace hypnos::config {

class Places {
 public:
  void Give(const std::string& path, const Place& place) { given_[path] = place; }
  // Of the path, or of the nearest thing around it that was given.
  Place Of(std::string path) const;

  // The value at `path` is not what the user meant.
  void Break(const std::string& path) { broken_.insert(path); }
  // A key directly below `path` was not understood: whatever is absent there may have been meant.
  void BreakAbsent(const std::string& path) { absent_broken_.insert(path); }
  // Whether the value at `path`, default or given, is what the user meant. Checks across keys ask,
  // so that one mistake is reported once.
  bool Known(const std::string& path) const;

  // The same, of a part that lies at `path` of something larger.
  Places Under(const std::string& path) const;

 private:
  std::map<std::string, Place> given_;
  std::set<std::string> broken_, absent_broken_;
};

inline std::string Join(const std::string& path, std::string_view key) {
  return path.empty() ? std::string(key) : path + "." + std::string(key);
}
inline std::string Join(const std::string& path, int index) {
  return Join(path, std::to_string(index));
}
// "" for a top-level key. Precondition: path is not "".
inline std::string Parent(const std::string& path) {
  const size_t dot = path.rfind('.');
  return dot == std::string::npos ? "" : path.substr(0, dot);
}

}  // namespace hypnos::config

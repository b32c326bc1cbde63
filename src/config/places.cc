#include "config/places.h"

namespace hypnos::config {

Place Places::Of(std::string path) const {
  while (true) {
    const auto found = given_.find(path);
    if (found != given_.end()) return found->second;
    if (path.empty()) return {};
    path = Parent(path);
  }
}

bool Places::Known(const std::string& path) const {
  if (broken_.contains(path)) return false;
  if (path.empty()) return true;
  const std::string parent = Parent(path);
  if (!given_.contains(path) && absent_broken_.contains(parent)) return false;
  return Known(parent);
}

}  // namespace hypnos::config

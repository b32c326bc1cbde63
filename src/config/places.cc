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

Places Places::Under(const std::string& path) const {
  const auto moved = [&](const std::string& key) { return key.empty() ? path : Join(path, key); };
  Places under;
  for (const auto& [key, place] : given_) under.given_[moved(key)] = place;
  for (const std::string& key : broken_) under.broken_.insert(moved(key));
  for (const std::string& key : absent_broken_) under.absent_broken_.insert(moved(key));
  return under;
}

}  // namespace hypnos::config

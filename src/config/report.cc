#include "config/report.h"

#include <algorithm>

#include "hypnos/base/format.h"

namespace hypnos::config {

int Report::AddOrigin(std::string label) {
  origins_.push_back(std::move(label));
  return static_cast<int>(origins_.size()) - 1;
}

void Report::Add(const Place& place, std::string sentence) {
  problems_.emplace_back(place, std::move(sentence));
}

std::string Report::Shown(const Place& place) const {
  const std::string& origin = origins_[static_cast<size_t>(place.origin)];
  if (place.origin > 0) return origin;
  return Format("{}:{}:{}", origin, place.line, place.column);
}

Status Report::ToStatus() const {
  if (problems_.empty()) return {};
  std::vector<Problem> ordered = problems_;
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const Problem& a, const Problem& b) { return a.first < b.first; });
  const size_t shown = std::min(ordered.size(), kMostShown);
  std::string lines;
  for (size_t i = 0; i < shown; ++i) {
    if (i > 0) lines += '\n';
    lines += Format("{}: {}", Shown(ordered[i].first), ordered[i].second);
  }
  if (ordered.size() > shown) lines += Format("\nand {} more", ordered.size() - shown);
  return Error{Code::kInvalidArgument, "CONFIG_INVALID", lines};
}

}  // namespace hypnos::config

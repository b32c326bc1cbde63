#include "telemetry/time_spans.h"

#include <algorithm>

namespace hypnos {

std::vector<TimeSpan> Without(const std::vector<TimeSpan>& spans, TimeSpan whole) {
  std::vector<TimeSpan> left;
  int64_t from = whole.from;
  for (const TimeSpan& span : spans) {
    const TimeSpan gap{from, std::min(span.from, whole.to)};
    if (!gap.empty()) left.push_back(gap);
    from = std::max(from, span.to);
  }
  if (from < whole.to) left.push_back({from, whole.to});
  return left;
}

std::vector<TimeSpan> Joined(std::vector<TimeSpan> spans) {
  std::ranges::sort(spans, {}, &TimeSpan::from);
  std::vector<TimeSpan> joined;
  for (const TimeSpan& span : spans) {
    if (!joined.empty() && span.from <= joined.back().to) {
      joined.back().to = std::max(joined.back().to, span.to);
    } else {
      joined.push_back(span);
    }
  }
  return joined;
}

}  // namespace hypnos

#include "lab/roc.h"

#include <algorithm>

namespace hypnos::lab {

double AreaUnderRoc(std::span<const JudgedScore> frames) {
  std::vector<JudgedScore> sorted(frames.begin(), frames.end());
  std::ranges::sort(sorted, {}, &JudgedScore::score);
  double usual_below = 0;
  double pairs = 0;
  double unusual = 0;
  for (auto begin = sorted.begin(); begin != sorted.end();) {
    const auto end = std::find_if(
        begin, sorted.end(), [&](const JudgedScore& frame) { return frame.score != begin->score; });
    const auto marked = static_cast<double>(
        std::count_if(begin, end, [](const JudgedScore& frame) { return frame.unusual; }));
    const double others = static_cast<double>(end - begin) - marked;
    pairs += marked * (usual_below + others / 2);
    usual_below += others;
    unusual += marked;
    begin = end;
  }
  return unusual > 0 && usual_below > 0 ? pairs / (unusual * usual_below) : 0.5;
}

}  // namespace hypnos::lab

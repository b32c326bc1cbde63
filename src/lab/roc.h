// How well scores part frames that show something unusual from those that do not.
#pragma once

#include <span>
#include <vector>

namespace hypnos::lab {

struct JudgedScore {
  double score = 0;
  bool unusual = false;
};

// The chance that an unusual frame has a higher score than another one; equal ones count half. 0.5
// where there are none of one kind. Scores are finite.
double AreaUnderRoc(std::span<const JudgedScore> frames);

}  // namespace hypnos::lab

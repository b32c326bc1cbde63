#include "lab/shift.h"

#include <gtest/gtest.h>

#include <vector>

namespace hypnos::lab {
namespace {

// Of 2 x 3 pixels.
std::vector<float> Shifted(int64_t down, int64_t right) {
  const std::vector<float> image = {1, 2, 3,  //
                                    4, 5, 6};
  std::vector<float> out(image.size(), -1);
  Shift(image, 2, 3, down, right, out);
  return out;
}

TEST(Shift, ByNothingIsTheImage) {
  EXPECT_EQ(Shifted(0, 0), (std::vector<float>{1, 2, 3, 4, 5, 6}));
}

TEST(Shift, MovesDownAndRightAndFillsUpWithDarkness) {
  EXPECT_EQ(Shifted(1, 0), (std::vector<float>{0, 0, 0, 1, 2, 3}));
  EXPECT_EQ(Shifted(0, 1), (std::vector<float>{0, 1, 2, 0, 4, 5}));
  EXPECT_EQ(Shifted(1, 2), (std::vector<float>{0, 0, 0, 0, 0, 1}));
}

TEST(Shift, MovesUpAndLeft) {
  EXPECT_EQ(Shifted(-1, 0), (std::vector<float>{4, 5, 6, 0, 0, 0}));
  EXPECT_EQ(Shifted(0, -2), (std::vector<float>{3, 0, 0, 6, 0, 0}));
  EXPECT_EQ(Shifted(-1, -1), (std::vector<float>{5, 6, 0, 0, 0, 0}));
}

TEST(Shift, OutOfSightLeavesDarkness) {
  const std::vector<float> dark(6, 0.0f);
  for (const int64_t far : {-1000, -3, 3, 1000}) {
    EXPECT_EQ(Shifted(far, 0), dark) << far;
    EXPECT_EQ(Shifted(0, far), dark) << far;
  }
}

}  // namespace
}  // namespace hypnos::lab

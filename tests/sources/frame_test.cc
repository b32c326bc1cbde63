#include "hypnos/sources/frame.h"

#include <gtest/gtest.h>

#include <array>

#include "sources/frame_stamp.h"

namespace hypnos {
namespace {

using enum Discontinuity;

TEST(Stronger, IsTheSameWhicheverComesFirst) {
  constexpr std::array kFromWeakest = {kNone, kSwitch, kGap, kResize, kLoop, kClip, kStart};
  for (size_t weak = 0; weak < kFromWeakest.size(); ++weak) {
    for (size_t strong = weak; strong < kFromWeakest.size(); ++strong) {
      EXPECT_EQ(Stronger(kFromWeakest[weak], kFromWeakest[strong]), kFromWeakest[strong]);
      EXPECT_EQ(Stronger(kFromWeakest[strong], kFromWeakest[weak]), kFromWeakest[strong]);
    }
  }
}

TEST(FrameStamp, MarksStartResizeGapAndLoop) {
  FrameStamp stamp({.name = "clip"});
  EXPECT_EQ(stamp.Stamp(Image(4, 4, 1), {}).discontinuity, kStart);
  EXPECT_EQ(stamp.Stamp(Image(4, 4, 1), {}).discontinuity, kNone);
  EXPECT_EQ(stamp.Stamp(Image(4, 5, 1), {}).discontinuity, kResize);
  stamp.Skip();
  const Frame after_gap = stamp.Stamp(Image(4, 5, 1), {});
  EXPECT_EQ(after_gap.discontinuity, kGap);
  EXPECT_EQ(after_gap.index, 4);
  stamp.BeginRound();
  stamp.Skip();
  const Frame next_round = stamp.Stamp(Image(4, 4, 1), {});
  EXPECT_EQ(next_round.discontinuity, kLoop);
  EXPECT_EQ(next_round.index, 1);
}

}  // namespace
}  // namespace hypnos

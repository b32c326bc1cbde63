#include "hypnos/diagnostics/probe_set.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "diagnostics/recorded.h"

namespace hypnos {
namespace {

// All patches of a remembered frame.
Matrix Patches(const Recorded& recorded, size_t sequence, size_t frame) {
  Planes planes;
  recorded.memory.Read(sequence, frame, planes);
  Matrix patches(recorded.grid.locations(), recorded.grid.inputs());
  recorded.grid.Gather(planes, patches);
  return patches;
}

bool Has(const Matrix& patches, std::span<const float> patch) {
  for (size_t i = 0; i < patches.rows(); ++i) {
    if (std::ranges::equal(patches.row(i), patch)) return true;
  }
  return false;
}

TEST(ProbeSet, KeepsTheSamePlacesOfEveryFrame) {
  const Recorded recorded;
  const ProbeSet set = recorded.Set();
  EXPECT_EQ(set.sequences(), kRecorded);
  EXPECT_EQ(set.locations(), 4u);
  Matrix x(set.locations(), set.inputs());
  for (size_t s = 0; s < kRecorded; ++s) {
    for (size_t f = 0; f < 6; ++f) {
      set.ReadReal(s, f, x);
      for (size_t i = 0; i < x.rows(); ++i) {
        EXPECT_TRUE(Has(Patches(recorded, s, f), x.row(i)));
      }
    }
  }
}

TEST(ProbeSet, KeepsThePlacesAtWhichMostChanges) {
  Recorded recorded;
  recorded.memory = SequenceMemory({.capacity = 2, .frames = 6}, Rng(6));
  Rng rng(8);
  for (int s = 0; s < 2; ++s) {
    recorded.memory.Begin();
    for (int f = 0; f < 6; ++f) {
      // Of 2 x 3 places only the last of the upper row changes.
      Planes frame(kRecordedFrame);
      for (size_t y = 0; y < 4; ++y) {
        for (size_t x = 8; x < 12; ++x) frame.values()[y * 12 + x] = rng.Normal();
      }
      recorded.memory.Observe(frame);
    }
  }
  recorded.dreams.resize(2);
  const ProbeSet set = recorded.Set({.context_frames = 2, .frames = 4, .locations = 1});
  Matrix x(1, set.inputs());
  set.ReadReal(1, 3, x);
  EXPECT_TRUE(std::ranges::equal(x.row(0), Patches(recorded, 1, 3).row(2)));
}

TEST(ProbeSet, TakesAllPlacesWhereThereAreFew) {
  const Recorded recorded;
  const ProbeSet set = recorded.Set({.context_frames = 2, .frames = 4, .locations = 100});
  EXPECT_EQ(set.locations(), 6u);
  Matrix x(6, set.inputs());
  set.ReadReal(1, 3, x);
  EXPECT_TRUE(std::ranges::equal(x.values(), Patches(recorded, 1, 3).values()));
}

TEST(ProbeSet, SplicesShowAnotherSequenceWhereTheRealOneStood) {
  const Recorded recorded;
  const ProbeSet set = recorded.Set();
  Matrix x(set.locations(), set.inputs());
  for (size_t s = 0; s < kRecorded; ++s) {
    set.ReadNegative(ProbeNegative::kSplice, s, 1, x);
    EXPECT_FALSE(Has(Patches(recorded, s, 3), x.row(0)));
    int others = 0;
    for (size_t other = 0; other < kRecorded; ++other) {
      others += Has(Patches(recorded, other, 3), x.row(0)) ? 1 : 0;
    }
    EXPECT_EQ(others, 1);
  }
}

TEST(ProbeSet, HybridsAreNoFrameThatWas) {
  const Recorded recorded;
  const ProbeSet set = recorded.Set();
  Matrix x(set.locations(), set.inputs()), real(set.locations(), set.inputs());
  set.ReadNegative(ProbeNegative::kHybrid, 0, 0, x);
  set.ReadReal(0, 2, real);
  EXPECT_FALSE(std::ranges::equal(x.values(), real.values()));
}

TEST(ProbeSet, OfSymbolsHasNoHybrids) {
  const Recorded recorded;
  const ProbeSet set =
      recorded.Set({.context_frames = 2, .frames = 4, .locations = 4, .symbols = true});
  EXPECT_EQ(set.kinds(), (std::vector{ProbeNegative::kSplice, ProbeNegative::kEarlyDream}));
  EXPECT_EQ(recorded.Set().kinds().size(), kProbeNegatives);
}

TEST(ProbeSet, EarlyDreamsStayAsTheyWereDreamed) {
  const Recorded recorded;
  const ProbeSet set = recorded.Set({.context_frames = 2, .frames = 4, .locations = 100});
  Planes dream(kRecordedFrame);
  FromHalf(recorded.dreams[2][3], dream.values());
  Matrix expected(6, set.inputs()), x(6, set.inputs());
  recorded.grid.Gather(dream, expected);
  set.ReadNegative(ProbeNegative::kEarlyDream, 2, 3, x);
  EXPECT_TRUE(std::ranges::equal(x.values(), expected.values()));
}

TEST(ProbeSet, SameSeedSameSet) {
  const Recorded recorded;
  const ProbeSet one = recorded.Set(), same = recorded.Set();
  Matrix x(4, one.inputs()), y(4, one.inputs());
  for (const ProbeNegative kind : kAllProbeNegatives) {
    one.ReadNegative(kind, 1, 2, x);
    same.ReadNegative(kind, 1, 2, y);
    EXPECT_TRUE(std::ranges::equal(x.values(), y.values())) << ToString(kind);
  }
}

}  // namespace
}  // namespace hypnos

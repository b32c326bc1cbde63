#include "novelty/calibration.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "hypnos/base/rng.h"
#include "support/memory_archive.h"

namespace hypnos {
namespace {

constexpr size_t kRows = 12;
constexpr size_t kColumns = 16;

// Things move about: at a tenth of the places, something changes, and surprises by about as much as
// the row says.
class Scene {
 public:
  void Next() {
    for (size_t i = 0; i < change_.size(); ++i) {
      change_[i] = 0.01f * rng_.Uniform();
      surprise_[i] = rng_.Uniform();
      if (rng_.Uniform() > 0.1f) continue;
      change_[i] = 0.5f + rng_.Uniform();
      surprise_[i] = RowScale(i / kColumns) * (1 + rng_.Uniform());
    }
  }
  static float RowScale(size_t row) { return 1 + static_cast<float>(row); }
  void Put(size_t row, size_t column, float change, float surprise) {
    change_[row * kColumns + column] = change;
    surprise_[row * kColumns + column] = surprise;
  }
  CalibrationFrame frame(bool learn = true) const {
    return {.rows = kRows,
            .columns = kColumns,
            .surprise = surprise_,
            .change = change_,
            .learn = learn};
  }

 private:
  Rng rng_{7};
  std::vector<float> surprise_ = std::vector<float>(kRows * kColumns);
  std::vector<float> change_ = std::vector<float>(kRows * kColumns);
};

void SetFirst(SavedState& saved, const std::string& name, double value) {
  SavedTensor& tensor = saved.at(name);
  const auto single = static_cast<float>(value);
  if (tensor.type == ElementType::kF32) std::memcpy(tensor.bytes.data(), &single, sizeof(single));
  if (tensor.type == ElementType::kF64) std::memcpy(tensor.bytes.data(), &value, sizeof(value));
}

class CalibrationOf : public testing::Test {
 protected:
  void Watch(int frames) {
    for (int i = 0; i < frames; ++i) {
      scene_.Next();
      calibration_.Judge(scene_.frame(), 0.999);
    }
  }
  // z at a place where this moves.
  float Judge(size_t row, size_t column, float change, float surprise) {
    scene_.Next();
    scene_.Put(row, column, change, surprise);
    return calibration_.Judge(scene_.frame(false), 1)[row * kColumns + column];
  }

  Scene scene_;
  Calibration calibration_{{.reach = 0, .persistence_frames = 1}};
};

TEST_F(CalibrationOf, TheSameSurpriseIsMoreUnusualWhereLessIsUsual) {
  Watch(500);
  const float far = Judge(1, 4, 1, 20);
  const float near = Judge(10, 4, 1, 20);
  EXPECT_GT(far, 3);
  EXPECT_LT(near, 1.5f);
}

TEST_F(CalibrationOf, WhereNothingMovesNothingSurprises) {
  Watch(500);
  EXPECT_LT(Judge(1, 4, 0.005f, 1000), 1);
  EXPECT_GT(Judge(1, 4, 1, 1000), 10);
}

TEST_F(CalibrationOf, UnitsDoNotMatter) {
  Watch(300);
  const float z = Judge(3, 3, 1, 30);
  Scene scene;
  Calibration other{{.reach = 0, .persistence_frames = 1}};
  std::vector<float> change, surprise;
  const auto scaled = [&](bool learn) {
    const CalibrationFrame frame = scene.frame(learn);
    change.assign(frame.change.begin(), frame.change.end());
    surprise.assign(frame.surprise.begin(), frame.surprise.end());
    for (float& value : change) value *= 64;
    for (float& value : surprise) value *= 1024;
    return CalibrationFrame{
        .rows = kRows, .columns = kColumns, .surprise = surprise, .change = change, .learn = learn};
  };
  for (int i = 0; i < 300; ++i) {
    scene.Next();
    other.Judge(scaled(true), 0.999);
  }
  scene.Next();
  scene.Put(3, 3, 1, 30);
  EXPECT_NEAR(other.Judge(scaled(false), 1)[3 * kColumns + 3], z, 0.02 * z);
}

TEST_F(CalibrationOf, LookingDoesNotMakeUsual) {
  Watch(300);
  const float before = Judge(3, 3, 1, 30);
  for (int i = 0; i < 300; ++i) {
    scene_.Next();
    for (size_t c = 0; c < kColumns; ++c) scene_.Put(3, c, 1, 30);
    calibration_.Judge(scene_.frame(false), 1);
  }
  EXPECT_NEAR(Judge(3, 3, 1, 30), before, 0.2 * before);
}

TEST_F(CalibrationOf, WhatIsNewBecomesUsual) {
  Watch(300);
  const float before = Judge(3, 3, 1, 30);
  for (int i = 0; i < 600; ++i) {
    scene_.Next();
    for (size_t c = 0; c < kColumns; ++c) scene_.Put(3, c, 1, 25 + static_cast<float>(c));
    calibration_.Judge(scene_.frame(), 0.99);
  }
  EXPECT_LT(Judge(3, 3, 1, 30), before / 3);
}

TEST_F(CalibrationOf, ALightThatIsSwitchedChangesMostPlaces) {
  Watch(300);
  EXPECT_LT(calibration_.changed_share(), 0.1);
  const std::vector<float> surprise(kRows * kColumns, 1);
  const std::vector<float> change(kRows * kColumns, 40);
  calibration_.Judge({.rows = kRows, .columns = kColumns, .surprise = surprise, .change = change},
                     1);
  EXPECT_EQ(calibration_.changed_share(), 1);
}

// As through a night before a camera whose picture is still, at a short memory: what was seen fades
// until nothing is left of it.
TEST_F(CalibrationOf, AfterALongStillnessItJudgesAndLearnsAnew) {
  Watch(300);
  const std::vector<float> surprise(kRows * kColumns, 1.0f), still(kRows * kColumns);
  for (int i = 0; i < 1000; ++i) {
    const auto map = calibration_.Judge(
        {.rows = kRows, .columns = kColumns, .surprise = surprise, .change = still}, 0.1);
    ASSERT_TRUE(std::ranges::all_of(map, [](float z) { return std::isfinite(z); })) << i;
  }
  Watch(500);
  EXPECT_GT(Judge(2, 5, 1, 50), 5);
}

TEST_F(CalibrationOf, ValuesThatAreNotFiniteDoNoHarm) {
  Watch(300);
  const float bad[] = {std::numeric_limits<float>::quiet_NaN(),
                       std::numeric_limits<float>::infinity()};
  for (int i = 0; i < 50; ++i) {
    scene_.Next();
    scene_.Put(2, 2, bad[i % 2], 1);
    scene_.Put(5, 5, 1, bad[i % 2]);
    const auto z = calibration_.Judge(scene_.frame(), 0.999);
    EXPECT_TRUE(std::ranges::all_of(z, [](float value) { return std::isfinite(value); }));
  }
  EXPECT_GT(Judge(1, 4, 1, 1000), 10);
}

TEST_F(CalibrationOf, NoSurpriseIsTooLargeToBeSummed) {
  Watch(300);
  for (int i = 0; i < 50; ++i) {
    scene_.Next();
    for (size_t c = 0; c < kColumns; ++c) {
      scene_.Put(4, c, 3e38f, i % 2 == 0 ? 3e38f : -3e38f);
      scene_.Put(8, c, 1e-38f, 3e38f);
    }
    const auto z = calibration_.Judge(scene_.frame(), 0.999);
    ASSERT_TRUE(std::ranges::all_of(z, [](float value) { return std::isfinite(value); }));
  }
}

TEST_F(CalibrationOf, WhatIsSavedAndIsNotFiniteIsRefused) {
  Watch(50);
  MemorySaver saver;
  calibration_.ExchangeState(saver);
  const double bad[] = {std::numeric_limits<double>::infinity(),
                        std::numeric_limits<double>::quiet_NaN()};
  for (const char* name : {"usual.weight", "noise.sum", "evidence", "weighted"}) {
    for (const double value : bad) {
      SavedState saved = saver.saved();
      SetFirst(saved, name, value);
      MemoryLoader loader(saved);
      Calibration loaded{{.reach = 0, .persistence_frames = 1}};
      loaded.ExchangeState(loader);
      EXPECT_FALSE(loader.status().ok()) << name;
    }
  }
}

TEST_F(CalibrationOf, OneThatIsLoadedJudgesAsTheOneThatWasSaved) {
  Watch(200);
  MemorySaver saver;
  calibration_.ExchangeState(saver);
  MemoryLoader loader(saver.saved());
  Calibration loaded{{.reach = 0, .persistence_frames = 1}};
  loaded.ExchangeState(loader);
  ASSERT_TRUE(loader.status().ok());
  scene_.Next();
  const auto z = calibration_.Judge(scene_.frame(), 0.999);
  const auto same = loaded.Judge(scene_.frame(), 0.999);
  EXPECT_TRUE(std::ranges::equal(z, same));
}

TEST(Calibration, NeighboursAndFramesBeforeBringEvidence) {
  Calibration wide{{.reach = 1, .persistence_frames = 2}};
  Scene scene;
  for (int i = 0; i < 300; ++i) {
    scene.Next();
    wide.Judge(scene.frame(), 0.999);
  }
  const std::vector<float> still(kRows * kColumns, 0.001f);
  std::vector<float> change = still, surprise(kRows * kColumns, 1);
  change[5 * kColumns + 5] = 1;
  surprise[5 * kColumns + 5] = 500;
  const auto judge = [&](std::span<const float> of) {
    return wide.Judge(
        {.rows = kRows, .columns = kColumns, .surprise = surprise, .change = of, .learn = false},
        1);
  };
  for (int i = 0; i < 20; ++i) judge(still);
  auto z = judge(change);
  EXPECT_GT(z[6 * kColumns + 6], 5);
  EXPECT_LT(z[8 * kColumns + 8], 2);
  z = judge(still);
  EXPECT_GT(z[5 * kColumns + 5], 5);
  for (int i = 0; i < 20; ++i) z = judge(still);
  EXPECT_LT(z[5 * kColumns + 5], 1);
}

}  // namespace
}  // namespace hypnos

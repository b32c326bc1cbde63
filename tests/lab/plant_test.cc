#include "lab/plant.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <vector>

#include "hypnos/base/check.h"

namespace hypnos::lab {
namespace {

using Readings = std::vector<double>;
using Rows = std::vector<Readings>;

constexpr PlantPlan kPlan = {.warm_up_rows = 3000, .times = 5};
constexpr size_t kColumns = kMachines * kSensors;

// Speed, flow, power and heat of a machine.
constexpr size_t kSpeed = 0, kFlow = 1, kPower = 2;

Rows ReadAll(PlantSource& source) {
  Rows rows;
  while (true) {
    Result<FrameOrEnd> next = source.Next();
    HYPNOS_CHECK(next.ok());
    if (std::holds_alternative<EndOfStream>(*next)) return rows;
    const Frame& frame = std::get<Frame>(*next);
    EXPECT_EQ(frame.index, static_cast<int64_t>(rows.size()));
    rows.push_back(frame.readings.values);
  }
}

Rows Plant(const PlantPlan& plan, uint64_t seed) {
  PlantSource source(plan, Rng(seed));
  return ReadAll(source);
}

// A row in which nothing is wrong belongs to none.
const FaultMoment* At(const std::vector<FaultMoment>& moments, size_t row) {
  const auto at = std::ranges::find_if(
      moments, [row](const FaultMoment& m) { return row >= m.begin && row < m.end; });
  return at == moments.end() ? nullptr : &*at;
}

// How far a machine's power is from what its speed and flow make of it.
double OffPower(const Readings& row, size_t machine) {
  const size_t at = machine * kSensors;
  return std::abs(row[at + kPower] - row[at + kSpeed] * row[at + kFlow]);
}

class PlantWithFaults : public testing::Test {
 protected:
  PlantWithFaults() : source_(kPlan, Rng(7)), rows_(ReadAll(source_)) {}

  PlantSource source_;
  Rows rows_;
};

TEST_F(PlantWithFaults, BreaksEachRelationAsOftenAndNoneDuringTheWarmUp) {
  EXPECT_EQ(rows_.size(), kPlan.rows());
  std::map<Fault, size_t> times;
  size_t end = kPlan.warm_up_rows;
  for (const FaultMoment& moment : source_.moments()) {
    EXPECT_GT(moment.begin, end);
    end = moment.end;
    EXPECT_EQ(moment.end - moment.begin, kPlan.lasts_rows);
    EXPECT_LT(moment.sensor, kSensors);
    ++times[moment.fault];
  }
  EXPECT_LE(end, rows_.size());
  for (const Fault fault : kAllFaults) EXPECT_EQ(times[fault], kPlan.times) << ToString(fault);
}

TEST_F(PlantWithFaults, SaysNothingInAFaultThatIsOutOfRange) {
  for (size_t column = 0; column < kColumns; ++column) {
    double lowest = INFINITY, highest = -INFINITY;
    for (size_t row = 0; row < kPlan.warm_up_rows; ++row) {
      lowest = std::min(lowest, rows_[row][column]);
      highest = std::max(highest, rows_[row][column]);
    }
    const double slack = 0.05 * (highest - lowest);
    for (const FaultMoment& moment : source_.moments()) {
      for (size_t row = moment.begin; row < moment.end; ++row) {
        EXPECT_GT(rows_[row][column], lowest - slack) << column << " " << row;
        EXPECT_LT(rows_[row][column], highest + slack) << column << " " << row;
      }
    }
  }
}

TEST_F(PlantWithFaults, HangsTogetherWhereNothingIsWrong) {
  for (size_t row = 0; row < rows_.size(); ++row) {
    if (At(source_.moments(), row) != nullptr) continue;
    for (size_t machine = 0; machine < kMachines; ++machine) {
      EXPECT_LT(OffPower(rows_[row], machine), 0.06) << row;
    }
  }
}

TEST_F(PlantWithFaults, AFaultIsInItsSensorAloneAndIsWhatItIsCalled) {
  // The same plant, whose faults come later.
  PlantPlan later = kPlan;
  later.warm_up_rows = kPlan.rows();
  const Rows sound = Plant(later, 7);
  for (const FaultMoment& moment : source_.moments()) {
    const size_t sensor = moment.sensor;
    for (size_t row = moment.begin; row < moment.end; ++row) {
      Readings expected = sound[row];
      if (moment.fault == Fault::kForeign) expected[sensor] = rows_[row][sensor];
      if (moment.fault == Fault::kDelayed) expected[sensor] = sound[row - 15][sensor];
      if (moment.fault == Fault::kStuck) expected[sensor] = sound[moment.begin][sensor];
      if (moment.fault == Fault::kSwapped) std::swap(expected[sensor], expected[kSensors + sensor]);
      ASSERT_EQ(rows_[row], expected) << ToString(moment.fault) << " " << row;
      EXPECT_TRUE(moment.fault != Fault::kForeign || rows_[row][sensor] != sound[row][sensor]);
    }
  }
}

TEST(Plant, IsTheSameForTheSameSeedAlone) {
  EXPECT_EQ(Plant(kPlan, 1), Plant(kPlan, 1));
  EXPECT_NE(Plant(kPlan, 1), Plant(kPlan, 2));
}

}  // namespace
}  // namespace hypnos::lab

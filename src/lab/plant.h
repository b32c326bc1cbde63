// Two machines of one kind whose sensors hang together, and in whose readings one of these
// relations is broken now and then, so that no reading by itself is unusual: it is in range, and
// moves as it always does.
//   demand  stays, and becomes another one in one row of 40 (nobody sees it)
//   speed   += 0.3 (demand - speed) + noise
//   flow    += 0.2 (speed^2 - flow) + noise
//   power   = speed flow + noise
//   heat    += 0.05 (power - heat) + noise
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "hypnos/base/rng.h"
#include "hypnos/sources/source.h"

namespace hypnos::lab {

enum class Fault {
  kForeign,  // a sensor says what that of a third machine says, which nobody sees
  kDelayed,  // what it said 15 rows ago
  kStuck,    // what it said when it began
  kSwapped,  // what that of the other machine says, which says what this one says
};
inline constexpr std::array kAllFaults = {Fault::kForeign, Fault::kDelayed, Fault::kStuck,
                                          Fault::kSwapped};

// "foreign" and so on.
std::string_view ToString(Fault fault);

struct PlantPlan {
  size_t warm_up_rows = 6000;  // in which there is no fault
  size_t apart_rows = 420;     // from the beginning of one to that of the next
  size_t lasts_rows = 60;
  size_t times = 10;  // each of them

  size_t faults() const { return times * kAllFaults.size(); }
  size_t rows() const { return warm_up_rows + faults() * apart_rows; }
};

struct FaultMoment {
  Fault fault = Fault::kForeign;
  size_t begin = 0;
  size_t end = 0;
  size_t sensor = 0;  // of the first machine
};

// One after the other, in turns; of a sensor drawn at random. Each begins the plan's `apart_rows`.
std::vector<FaultMoment> MomentsOf(const PlantPlan& plan, Rng rng);

inline constexpr size_t kSensors = 4;   // of a machine
inline constexpr size_t kMachines = 2;  // that are seen

// A row a minute, of the sensors of the first machine and then of the second.
// Threads: as Source.
class PlantSource final : public Source {
 public:
  PlantSource(const PlantPlan& plan, const Rng& rng);

  Result<FrameOrEnd> Next() override;
  bool live() const override { return false; }
  std::optional<int64_t> frame_count() const override { return static_cast<int64_t>(plan_.rows()); }
  std::string Describe() const override { return "two machines of one kind"; }
  const std::vector<FaultMoment>& moments() const { return moments_; }

 private:
  using Row = std::array<double, kSensors>;

  struct Machine {
    Row Next(Rng& rng);
    double demand = 0.5;
    Row now = {0.5, 0.25, 0.125, 0.125};
  };

  void Break(const FaultMoment& moment, std::vector<double>& readings) const;

  PlantPlan plan_;
  Rng rng_;
  std::vector<FaultMoment> moments_;
  std::array<Machine, kMachines + 1> machines_;
  std::vector<std::array<Row, kMachines + 1>> said_;  // so far
};

}  // namespace hypnos::lab

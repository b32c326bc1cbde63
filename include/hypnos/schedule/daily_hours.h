// Hours of the day, by the clock on the wall of some place.
// Where clocks are put forward, an hour that is skipped is never in a stretch that lies within it;
// where they are put back, both readings of the repeated hour are.
// Threads: thread-compatible; const calls are safe.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hypnos/base/clock.h"
#include "hypnos/base/result.h"

namespace hypnos {

// Minutes since midnight: [begin, end), past midnight where end is not later than begin. Equal: the
// whole day.
struct HoursOfDay {
  int begin = 0;
  int end = 0;
  // On which days it begins, from Monday.
  std::array<bool, 7> days = {true, true, true, true, true, true, true};
};

// "23:30", and "24:00" for the end of a day. Errors: kInvalidArgument.
Result<int> ParseTimeOfDay(std::string_view text);

class DailyHours {
 public:
  // `zone`: a name of the system's time zones, as Europe/Berlin; empty: the machine's own. Errors:
  // kNotFound where there is none of that name.
  static Result<DailyHours> Create(std::vector<HoursOfDay> hours, const std::string& zone);

  bool Contains(WallTime time) const;

 private:
  struct Zone;
  DailyHours(std::vector<HoursOfDay> hours, std::shared_ptr<const Zone> zone);

  std::vector<HoursOfDay> hours_;
  std::shared_ptr<const Zone> zone_;
};

}  // namespace hypnos

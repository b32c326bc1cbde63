#include "hypnos/schedule/daily_hours.h"

#include <absl/time/civil_time.h>
#include <absl/time/time.h>

#include <algorithm>
#include <utility>

#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"

namespace hypnos {
namespace {

constexpr int kMinutesOfDay = 24 * 60;

// From Monday, 0 to 6.
size_t DayOfWeek(const absl::CivilSecond& time) {
  return static_cast<size_t>(absl::GetWeekday(time));
}

bool Contains(const HoursOfDay& hours, int minute, size_t today) {
  const size_t yesterday = (today + 6) % 7;
  if (hours.begin < hours.end) {
    return hours.days[today] && hours.begin <= minute && minute < hours.end;
  }
  return (hours.days[today] && minute >= hours.begin) ||
         (hours.days[yesterday] && minute < hours.end);
}

bool AreDigits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

Result<int> ParseTimeOfDay(std::string_view text) {
  const size_t colon = text.find(':');
  const std::string_view hours = text.substr(0, colon);
  const std::string_view minutes = colon == std::string_view::npos ? "" : text.substr(colon + 1);
  const Error wrong = {Code::kInvalidArgument, "TIME_OF_DAY",
                       Format("'{}' is no time of day: write hours and minutes, as 23:30",
                              Printable(std::string(text)))};
  if (hours.size() > 2 || !AreDigits(hours) || minutes.size() != 2 || !AreDigits(minutes)) {
    return wrong;
  }
  const int hour = std::stoi(std::string(hours)), minute = std::stoi(std::string(minutes));
  const int time = 60 * hour + minute;
  if (minute > 59 || time > kMinutesOfDay) return wrong;
  return time;
}

struct DailyHours::Zone {
  absl::TimeZone zone;
};

DailyHours::DailyHours(std::vector<HoursOfDay> hours, std::shared_ptr<const Zone> zone)
    : hours_(std::move(hours)), zone_(std::move(zone)) {
  for (HoursOfDay& each : hours_) each.begin %= kMinutesOfDay;  // 24:00 is 0:00
}

Result<DailyHours> DailyHours::Create(std::vector<HoursOfDay> hours, const std::string& zone) {
  absl::TimeZone found = absl::LocalTimeZone();
  if (!zone.empty() && !absl::LoadTimeZone(zone, &found)) {
    return Error{
        Code::kNotFound, "NO_SUCH_TIME_ZONE",
        Format("there is no time zone '{}' on this machine: write a name as Europe/Berlin; "
               "/usr/share/zoneinfo has them (package tzdata)",
               Printable(zone))};
  }
  return DailyHours(std::move(hours), std::make_shared<const Zone>(Zone{found}));
}

bool DailyHours::Contains(WallTime time) const {
  const absl::CivilSecond local =
      absl::ToCivilSecond(absl::FromUnixNanos(time.time_since_epoch().count()), zone_->zone);
  const int minute = 60 * local.hour() + local.minute();
  return std::ranges::any_of(hours_, [&](const HoursOfDay& hours) {
    return hypnos::Contains(hours, minute, DayOfWeek(local));
  });
}

}  // namespace hypnos

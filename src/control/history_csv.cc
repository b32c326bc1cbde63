#include "hypnos/control/history_csv.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "hypnos/base/format.h"

namespace hypnos {
namespace {

std::string Quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

// "2026-11-26T10:00:00Z"; what no calendar holds, as a number.
std::string TimeText(double seconds) {
  constexpr double kYear9999 = 253'402'300'799.0;
  if (!(seconds >= 0 && seconds <= kYear9999)) return Format("{}", seconds);
  const auto whole = std::chrono::seconds(static_cast<int64_t>(seconds));
  const auto days = std::chrono::floor<std::chrono::days>(whole);
  const std::chrono::year_month_day date{std::chrono::sys_days(days)};
  const std::chrono::hh_mm_ss time(whole - days);
  return Format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                time.hours().count(), time.minutes().count(), time.seconds().count());
}

}  // namespace

int CompleteBuckets(const control::HistorySeries& series) {
  return std::min({series.bucket_size(), series.min_size(), series.mean_size(), series.max_size()});
}

std::string HistoryCsv(const control::QueryHistoryResponse& response) {
  std::string csv = "time,series,min,mean,max\n";
  for (const control::HistorySeries& series : response.series()) {
    const std::string name = Quoted(series.name());
    for (int i = 0; i < CompleteBuckets(series); ++i) {
      csv += Format("{},{},{},{},{}\n",
                    TimeText(response.from() + series.bucket(i) * response.bucket_seconds()), name,
                    series.min(i), series.mean(i), series.max(i));
    }
  }
  return csv;
}

}  // namespace hypnos

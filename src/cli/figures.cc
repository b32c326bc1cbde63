#include "cli/figures.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>

#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"

namespace hypnos::cli {
namespace {

namespace chrono = std::chrono;

constexpr double kDay = 86400;

Error NotATime(const std::string& text) {
  return {Code::kInvalidArgument, "NOT_A_TIME",
          Format("'{}' is no time: give how long ago (90s, 10m, 2h, 3d), a date and time in UTC "
                 "(2026-11-25T07:30), or seconds since 1970",
                 Printable(text))};
}

// A number and what follows it; nothing where there is none.
std::optional<std::pair<double, std::string>> NumberAndRest(const std::string& text) {
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || !std::isfinite(number) || number < 0) return std::nullopt;
  return std::pair(number, std::string(rest, end));
}

std::optional<double> SecondsOf(const std::string& unit) {
  if (unit == "s") return 1;
  if (unit == "m") return 60;
  if (unit == "h") return 3600;
  if (unit == "d") return kDay;
  return std::nullopt;
}

// Reads exactly `digits` digits, and moves on.
std::optional<int> Digits(std::string_view& text, size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int number = 0;
  for (const char c : text.substr(0, digits)) {
    if (c < '0' || c > '9') return std::nullopt;
    number = 10 * number + (c - '0');
  }
  text.remove_prefix(digits);
  return number;
}

bool Skip(std::string_view& text, std::string_view one_of) {
  if (text.empty() || one_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<double> DateAndTime(std::string_view text) {
  const auto year = Digits(text, 4);
  if (!year || !Skip(text, "-")) return std::nullopt;
  const auto month = Digits(text, 2);
  if (!month || !Skip(text, "-")) return std::nullopt;
  const auto day = Digits(text, 2);
  if (!day) return std::nullopt;
  int hour = 0, minute = 0, second = 0;
  if (Skip(text, "T ")) {
    const auto h = Digits(text, 2);
    if (!h || !Skip(text, ":")) return std::nullopt;
    const auto m = Digits(text, 2);
    if (!m) return std::nullopt;
    if (Skip(text, ":")) {
      const auto s = Digits(text, 2);
      if (!s) return std::nullopt;
      second = *s;
    }
    hour = *h;
    minute = *m;
  }
  Skip(text, "Z");
  const chrono::year_month_day date(chrono::year(*year),
                                    chrono::month(static_cast<unsigned>(*month)),
                                    chrono::day(static_cast<unsigned>(*day)));
  if (!text.empty() || !date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  const auto days = static_cast<double>(chrono::sys_days(date).time_since_epoch().count());
  return days * kDay + hour * 3600 + minute * 60 + second;
}

}  // namespace

std::string Figure(std::optional<double> value, int digits) {
  return value ? Format("{:.{}f}", *value, digits) : "-";
}

std::string Counted(uint64_t count, std::string_view noun) {
  return Format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string Times(uint64_t count) {
  if (count == 0) return "never";
  return count == 1 ? "once" : Format("{} times", count);
}

std::string Bytes(uint64_t bytes) {
  static constexpr std::array kUnits = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  if (bytes < 1024) return Format("{} B", bytes);
  auto amount = static_cast<double>(bytes) / 1024;
  size_t unit = 0;
  // What would be shown as 1024.0 is one of the next unit.
  while (amount >= 1023.95 && unit + 1 < kUnits.size()) {
    amount /= 1024;
    ++unit;
  }
  return Format("{:.1f} {}", amount, kUnits[unit]);
}

std::string Span(double seconds) {
  if (!(seconds >= 0 && seconds < 1e15)) return "-";
  const auto s = static_cast<int64_t>(seconds);
  if (s < 3600) return Format("{}:{:02}", s / 60, s % 60);
  const std::string clock = Format("{}:{:02}:{:02}", s / 3600 % 24, s / 60 % 60, s % 60);
  return s < 86400 ? clock : Format("{} d {}", s / 86400, clock);
}

std::string Utc(double seconds, bool milliseconds) {
  // From 1970 to the year 9999.
  if (!(seconds >= 0 && seconds < 253402300800.0)) return "-";
  const auto ms = static_cast<int64_t>(std::floor(seconds * 1000));
  const int64_t s = ms / 1000;
  const chrono::year_month_day date(chrono::sys_days(chrono::days(s / 86400)));
  return Format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}{}Z", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                s / 3600 % 24, s / 60 % 60, s % 60,
                milliseconds ? Format(".{:03}", ms % 1000) : "");
}

Result<double> ParseTime(const std::string& text, WallTime now) {
  if (const auto time = DateAndTime(text)) return *time;
  const auto number = NumberAndRest(text);
  if (!number) return NotATime(text);
  const auto& [amount, unit] = *number;
  if (unit.empty()) return amount;
  const auto seconds = SecondsOf(unit);
  if (!seconds) return NotATime(text);
  return std::max(0.0, Seconds(now.time_since_epoch()) - amount * *seconds);
}

}  // namespace hypnos::cli

#include "hypnos/sources/row_time.h"

#include <charconv>
#include <chrono>
#include <cstdint>
#include <limits>
#include <system_error>

namespace hypnos {
namespace {

constexpr size_t kNanosecondDigits = 9;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Reads a text from its beginning. A read that fails takes nothing.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  std::optional<int> Digits(size_t least, size_t most) {
    size_t count = 0;
    while (count < most && count < rest_.size() && IsDigit(rest_[count])) ++count;
    if (count < least) return std::nullopt;
    int value = 0;
    for (const char digit : rest_.substr(0, count)) value = 10 * value + (digit - '0');
    rest_.remove_prefix(count);
    return value;
  }
  bool Take(std::string_view any_of) {
    if (rest_.empty() || any_of.find(rest_.front()) == std::string_view::npos) return false;
    rest_.remove_prefix(1);
    return true;
  }
  // Digits beyond nanoseconds are passed over.
  std::optional<Duration> Fraction() {
    int64_t value = 0;
    size_t count = 0;
    for (; count < rest_.size() && IsDigit(rest_[count]); ++count) {
      if (count < kNanosecondDigits) value = 10 * value + (rest_[count] - '0');
    }
    if (count == 0) return std::nullopt;
    for (size_t i = count; i < kNanosecondDigits; ++i) value *= 10;
    rest_.remove_prefix(count);
    return Duration(value);
  }
  char front() const { return rest_.empty() ? '\0' : rest_.front(); }
  bool done() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

std::optional<Duration> ReadDate(Reader& reader) {
  const auto year = reader.Digits(4, 4);
  if (!year || !reader.Take("-/")) return std::nullopt;
  const auto month = reader.Digits(1, 2);
  if (!month || !reader.Take("-/")) return std::nullopt;
  const auto day = reader.Digits(1, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok() || *year < 1970 || *year > 2261) return std::nullopt;
  return std::chrono::sys_days(date).time_since_epoch();
}

// h:mm, h:mm:ss or h:mm:ss.fraction. A leap second counts as the one before.
std::optional<Duration> ReadTimeOfDay(Reader& reader) {
  const auto hours = reader.Digits(1, 2);
  if (!hours || *hours > 23 || !reader.Take(":")) return std::nullopt;
  const auto minutes = reader.Digits(2, 2);
  if (!minutes || *minutes > 59) return std::nullopt;
  Duration time = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
  if (!reader.Take(":")) return time;
  const auto seconds = reader.Digits(2, 2);
  if (!seconds || *seconds > 60) return std::nullopt;
  time += std::chrono::seconds(*seconds == 60 ? 59 : *seconds);
  if (!reader.Take(".,")) return time;
  const auto fraction = reader.Fraction();
  if (!fraction) return std::nullopt;
  return time + *fraction;
}

// How far the zone is ahead; 0 where none stands there.
std::optional<Duration> ReadZone(Reader& reader) {
  reader.Take(" ");
  if (reader.done() || reader.Take("Zz")) return Duration::zero();
  const bool behind = reader.front() == '-';
  if (!reader.Take("+-")) return std::nullopt;
  const auto hours = reader.Digits(2, 2);
  if (!hours || *hours > 23) return std::nullopt;
  Duration ahead = std::chrono::hours(*hours);
  if (!reader.done()) {
    reader.Take(":");
    const auto minutes = reader.Digits(2, 2);
    if (!minutes || *minutes > 59) return std::nullopt;
    ahead += std::chrono::minutes(*minutes);
  }
  return behind ? -ahead : ahead;
}

std::optional<Duration> ParseCalendar(std::string_view text) {
  Reader reader(text);
  const auto date = ReadDate(reader);
  if (!date) return std::nullopt;
  if (reader.done()) return date;
  if (!reader.Take("T t")) return std::nullopt;
  const auto time = ReadTimeOfDay(reader);
  if (!time) return std::nullopt;
  const auto ahead = ReadZone(reader);
  if (!ahead || !reader.done()) return std::nullopt;
  const Duration when = *date + *time - *ahead;
  if (when < Duration::zero()) return std::nullopt;
  return when;
}

// How many nanoseconds one is of what has so many digits: ten or less are seconds until 2286.
std::optional<int64_t> UnitOf(size_t digits) {
  if (digits <= 10) return 1'000'000'000;
  if (digits == 13) return 1'000'000;
  if (digits == 16) return 1'000;
  if (digits == 19) return 1;
  return std::nullopt;
}

std::optional<Duration> ParseSinceEpoch(std::string_view text) {
  int64_t whole = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), whole);
  if (error != std::errc() || whole < 0) return std::nullopt;
  const auto digits = static_cast<size_t>(end - text.data());
  const auto unit = UnitOf(digits);
  if (!unit || whole > std::numeric_limits<int64_t>::max() / *unit - 1) return std::nullopt;
  const Duration when(whole * *unit);
  Reader rest(text.substr(digits));
  if (rest.done()) return when;
  if (!rest.Take(".")) return std::nullopt;
  const auto fraction = rest.Fraction();
  if (!fraction || !rest.done()) return std::nullopt;
  return when + Duration(fraction->count() / (1'000'000'000 / *unit));
}

}  // namespace

std::optional<Duration> ParseRowTime(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  if (text.empty() || !IsDigit(text.front())) return std::nullopt;
  const bool calendar = text.size() > 4 && (text[4] == '-' || text[4] == '/');
  return calendar ? ParseCalendar(text) : ParseSinceEpoch(text);
}

}  // namespace hypnos

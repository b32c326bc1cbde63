#include "hypnos/record/session_folder.h"

#include <algorithm>
#include <charconv>
#include <numeric>

#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"

namespace hypnos {
namespace {

namespace chrono = std::chrono;

constexpr std::string_view kPrefix = "segment-", kSuffix = ".hypnos";
constexpr std::string_view kStatePrefix = "state-", kStateSuffix = ".safetensors";
constexpr size_t kTimeLength = 16;  // of 20261126T031500Z

struct Calendar {
  chrono::year_month_day date;
  chrono::hh_mm_ss<chrono::seconds> time;
};

Calendar CalendarOf(WallTime wall) {
  const auto seconds = chrono::floor<chrono::seconds>(wall);
  const auto day = chrono::floor<chrono::days>(seconds);
  return {chrono::year_month_day(day), chrono::hh_mm_ss(seconds - day)};
}

std::string ShortTime(WallTime wall) {
  const auto [date, time] = CalendarOf(wall);
  return Format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                time.hours().count(), time.minutes().count(), time.seconds().count());
}

// All of the text; none where it is no number.
std::optional<uint64_t> NumberIn(std::string_view text) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return {};
  return number;
}

std::optional<WallTime> TimeIn(std::string_view text) {
  if (text.size() != kTimeLength || text[8] != 'T' || text[15] != 'Z') return {};
  const auto year = NumberIn(text.substr(0, 4)), month = NumberIn(text.substr(4, 2));
  const auto day = NumberIn(text.substr(6, 2)), hour = NumberIn(text.substr(9, 2));
  const auto minute = NumberIn(text.substr(11, 2)), second = NumberIn(text.substr(13, 2));
  if (!year || !month || !day || !hour || !minute || !second) return {};
  const chrono::year_month_day date{chrono::year(static_cast<int>(*year)),
                                    chrono::month(static_cast<unsigned>(*month)),
                                    chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 59) return {};
  return WallTime(chrono::sys_days(date) + chrono::hours(*hour) + chrono::minutes(*minute) +
                  chrono::seconds(*second));
}

bool IsSessionName(std::string_view name) {
  if (!TimeIn(name.substr(0, kTimeLength))) return false;
  const std::string_view rest = name.substr(kTimeLength);
  return rest.empty() || (rest.starts_with('-') && NumberIn(rest.substr(1)));
}

std::optional<SegmentFile> SegmentCalled(std::string_view name) {
  if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix)) return {};
  name.remove_prefix(kPrefix.size());
  name.remove_suffix(kSuffix.size());
  const size_t dash = name.find('-');
  if (dash == std::string_view::npos) return {};
  const auto number = NumberIn(name.substr(0, dash));
  const auto begun = TimeIn(name.substr(dash + 1));
  if (!number || !begun) return {};
  return SegmentFile{.path = {}, .number = *number, .begun = *begun, .bytes = 0};
}

bool IsStateName(std::string_view name) {
  if (!name.starts_with(kStatePrefix) || !name.ends_with(kStateSuffix)) return false;
  name.remove_prefix(kStatePrefix.size());
  name.remove_suffix(kStateSuffix.size());
  return NumberIn(name).has_value();
}

std::string NameOf(std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  return std::string(path.substr(path.rfind('/') + 1));
}

Result<SessionFolder> ReadSession(FileSystem& files, const std::string& path) {
  HYPNOS_ASSIGN_OR_RETURN(const auto names, files.ListFolder(path));
  SessionFolder session = {path, NameOf(path), {}};
  for (const std::string& name : names) {
    if (IsStateName(name)) {
      const std::string state = Format("{}/{}", path, name);
      const auto file = files.OpenFile(state);
      if (file.ok()) session.states.push_back({state, name, (*file)->size()});
      continue;
    }
    auto segment = SegmentCalled(name);
    if (!segment) continue;
    segment->path = Format("{}/{}", path, name);
    // One that vanishes meanwhile is none.
    const auto file = files.OpenFile(segment->path);
    if (!file.ok()) continue;
    segment->bytes = (*file)->size();
    session.segments.push_back(*std::move(segment));
  }
  std::ranges::sort(session.segments, {}, &SegmentFile::number);
  return session;
}

// Returns how many bytes that were.
uint64_t RemoveStates(FileSystem& files, const SessionFolder& session, Status& failed) {
  uint64_t removed = 0;
  for (const StateFile& state : session.states) {
    const Status gone = files.Remove(state.path);
    if (gone.ok()) removed += state.bytes;
    if (!gone.ok()) failed = gone;
  }
  return removed;
}

}  // namespace

uint64_t SessionFolder::bytes() const {
  const auto sum = [](const auto& files, uint64_t before) {
    return std::accumulate(files.begin(), files.end(), before,
                           [](uint64_t bytes, const auto& file) { return bytes + file.bytes; });
  };
  return sum(segments, sum(states, 0));
}

std::string SessionName(WallTime begun) { return ShortTime(begun); }

std::string SegmentName(uint64_t number, WallTime begun) {
  return Format("{}{:06}-{}{}", kPrefix, number, ShortTime(begun), kSuffix);
}

std::string StateName(uint64_t number) {
  return Format("{}{:06}{}", kStatePrefix, number, kStateSuffix);
}

std::string TimeText(WallTime time) {
  const auto [date, clock] = CalendarOf(time);
  return Format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

Result<std::vector<SessionFolder>> ListSessions(FileSystem& files, const std::string& folder) {
  HYPNOS_ASSIGN_OR_RETURN(const auto names, files.ListFolders(folder));
  std::vector<SessionFolder> sessions;
  for (const std::string& name : names) {
    if (!IsSessionName(name)) continue;
    auto session = ReadSession(files, Format("{}/{}", folder, name));
    if (session.ok() && !session->segments.empty()) sessions.push_back(*std::move(session));
  }
  return sessions;
}

Result<SessionFolder> FindSession(FileSystem& files, const std::string& path) {
  HYPNOS_ASSIGN_OR_RETURN(SessionFolder session, ReadSession(files, path));
  if (!session.segments.empty()) return session;
  std::string others;
  if (const auto sessions = ListSessions(files, path); sessions.ok()) {
    for (const SessionFolder& other : *sessions) {
      others += Format("{}{}", others.empty() ? "; name one of those in it: " : ", ", other.name);
    }
  }
  return Error{Code::kNotFound, "NO_SESSION",
               Format("'{}' holds no segment of a session log{}", Printable(path), others)};
}

Result<uint64_t> RemoveOldSegments(FileSystem& files, const std::string& folder,
                                   const SegmentRetention& options, WallTime now, uint64_t room,
                                   const std::string& writing) {
  HYPNOS_ASSIGN_OR_RETURN(const auto sessions, ListSessions(files, folder));
  uint64_t total = room, removed = 0;
  Status failed;
  for (const SessionFolder& session : sessions) total += session.bytes();
  for (const SessionFolder& session : sessions) {
    size_t left = session.segments.size();
    for (const SegmentFile& segment : session.segments) {
      const bool too_much = options.budget_bytes > 0 && total > options.budget_bytes;
      const bool too_old = options.keep > Duration::zero() && now - segment.begun > options.keep;
      if ((!too_much && !too_old) || segment.path == writing) break;
      if (const Status gone = files.Remove(segment.path); !gone.ok()) {
        // One that cannot be removed is no reason to keep all others.
        failed = gone;
        continue;
      }
      total -= segment.bytes;
      ++removed;
      // Its beginning is gone.
      if (left-- == session.segments.size()) total -= RemoveStates(files, session, failed);
    }
    // Where something else lies in it, it stays.
    if (left == 0) (void)files.RemoveFolder(session.path);
  }
  if (removed == 0 && !failed.ok()) return failed.error();
  return removed;
}

}  // namespace hypnos

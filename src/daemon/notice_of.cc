#include "daemon/notice_of.h"

#include <unistd.h>

#include <array>

namespace hypnos {

std::string HostName() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return "";
  return name.data();
}

Notice NoticeOf(const control::Event& event) {
  using control::Event;
  Notice notice = {.id = event.id(),
                   .time = WallTime(FromSeconds(event.time())),
                   .kind = Event::Kind_Name(event.kind()),
                   .source = event.source(),
                   .message = event.message(),
                   .surprise = event.surprise()};
  if (event.end_time() != 0) notice.end = WallTime(FromSeconds(event.end_time()));
  if (event.severity() == Event::WARNING) notice.severity = NoticeSeverity::kWarning;
  if (event.severity() == Event::ALARM) notice.severity = NoticeSeverity::kAlarm;
  return notice;
}

// Of a state that has changed.

}  // namespace hypnos

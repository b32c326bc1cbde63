// What is told to the outside, and the bytes by which it is told.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "hypnos/base/clock.h"

namespace hypnos {

enum class NoticeSeverity { kInfo, kWarning, kAlarm };

struct Notice {
  // Counts from 1 when the daemon is started.
  uint64_t id = 0;
  WallTime time{};
  // "SOURCE_LOST", as the protocol names it.
  std::string kind = {};
  NoticeSeverity severity = NoticeSeverity::kInfo;
  // Which it is about; empty: the daemon.
  std::string source = {};
  // A sentence: what, where, what to do.
  std::string message = {};
  // How unusual it was; 0 where that says nothing.
  double surprise = 0;
  // Of what goes on for a while, which is told of when it begins and once more when it has ended,
  // by the same number: when that was.
  std::optional<WallTime> end = std::nullopt;
  // A small one of its peak, as JPEG; empty: there is none.
  std::string picture = {};
};

// "2026-01-31T12:00:00.250Z"
std::string Iso8601(WallTime time);

// One JSON object: version, host, id, time (ISO 8601, UTC, milliseconds), kind, severity, source,
// message and, where they say something, surprise, end_time and picture_jpeg, which is base64. Keys
// are never renamed; new ones may come. What is not UTF-8 in a text is replaced.
//   {"host":"porch","id":7,"kind":"SOURCE_LOST","message":"...","severity":"WARNING",
//    "source":"door","time":"2026-01-31T12:00:00.250Z","version":1}
std::string JsonOf(const Notice& notice, const std::string& host);

}  // namespace hypnos

// How an event reads. Threads: safe.
#pragma once

#include <string>

#include "proto/control.pb.h"

namespace hypnos::cli {

// "open", "confirmed", "dismissed".
const char* VerdictWord(control::Event::Verdict verdict);
// "info", "warning", "alarm".
const char* SeverityWord(control::Event::Severity severity);
// "source lost", "unusual".
std::string KindWords(control::Event::Kind kind);
// "event 17 at 2026-11-25 07:30:25Z, warning: source 'door' stalls: ..."; of what was unusual
// "event 17 of door at 2026-11-25 07:30:25Z, surprise 4.20, open".
std::string EventLine(const control::Event& event);

}  // namespace hypnos::cli

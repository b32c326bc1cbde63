// What is answered alike, however many networks there are. Threads: safe.
#pragma once

#include <optional>
#include <string>

#include "daemon/event_book.h"
#include "hypnos/base/result.h"
#include "proto/control.pb.h"

namespace hypnos {

// Why a request is not done now: it is not built, it changes something and the daemon is stopping,
// or what is learned from is a recording, which nobody may disturb.
std::optional<Error> WhyRefused(const control::Request& request, bool stopping, bool replaying);

// The source that a request names, if any: its field of that name.
std::string SourceNamedBy(const control::Request& request);
// Whether it then is about what this source shows, rather than about the network that learns from
// it.
bool IsAboutOneView(const control::Request& request);

// What is remembered of what has happened, how it looked, or what somebody makes of it; `events`
// may be null, which remembers nothing. Precondition: it is one of these requests. Errors: those of
// EventBook.
Result<control::Response> AnswerEvents(const SharedEvents& events, const control::Request& request);

// Errors: kInvalidArgument, reason NO_LEVEL.
Result<control::Response> SetLogLevel(const control::SetLogLevelRequest& request);

}  // namespace hypnos

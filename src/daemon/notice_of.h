// An event as it is told to the outside. Pure functions. Threads: safe.
#pragma once

#include <string>

#include "hypnos/sinks/notice.h"
#include "proto/control.pb.h"

namespace hypnos {

Notice NoticeOf(const control::Event& event);

// The name of this machine; empty: it has none.
std::string HostName();

}  // namespace hypnos

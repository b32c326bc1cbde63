// The logging façade. Whoever can act on an error logs it, once; everybody else returns it.
// Threads: safe. Text goes to standard error.
#pragma once

#include <functional>
#include <string_view>

#include "hypnos/base/format.h"

namespace hypnos::log {

enum class Level { kDebug, kInfo, kWarning, kError, kOff };

// From the next message on; default kInfo.
void SetLevel(Level level);
Level CurrentLevel();
// Called before each line is written, so that a live display can step aside; empty: nothing. The
// function must not log.
void SetBeforeWrite(std::function<void()> before);
void Write(Level level, std::string_view message);

template <class... Args>
void Debug(fmt::format_string<Args...> format, Args&&... args) {
  Write(Level::kDebug, Format(format, std::forward<Args>(args)...));
}
template <class... Args>
void Info(fmt::format_string<Args...> format, Args&&... args) {
  Write(Level::kInfo, Format(format, std::forward<Args>(args)...));
}
template <class... Args>
void Warning(fmt::format_string<Args...> format, Args&&... args) {
  Write(Level::kWarning, Format(format, std::forward<Args>(args)...));
}
template <class... Args>
void Error(fmt::format_string<Args...> format, Args&&... args) {
  Write(Level::kError, Format(format, std::forward<Args>(args)...));
}

}  // namespace hypnos::log

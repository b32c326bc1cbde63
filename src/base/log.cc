#include "hypnos/base/log.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <mutex>
#include <utility>

namespace hypnos::log {
namespace {

spdlog::level::level_enum ToSpdlog(Level level) {
  switch (level) {
    case Level::kDebug:
      return spdlog::level::debug;
    case Level::kInfo:
      return spdlog::level::info;
    case Level::kWarning:
      return spdlog::level::warn;
    case Level::kError:
      return spdlog::level::err;
    case Level::kOff:
      return spdlog::level::off;
  }
  return spdlog::level::info;
}

spdlog::logger& Logger() {
  static const auto logger = [] {
    auto made = spdlog::stderr_color_mt("hypnos");
    made->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %^%l%$ %v");
    return made;
  }();
  return *logger;
}

std::mutex& BeforeWriteMutex() {
  static std::mutex mutex;
  return mutex;
}

std::function<void()>& BeforeWrite() {
  static std::function<void()> before;
  return before;
}

}  // namespace

void SetBeforeWrite(std::function<void()> before) {
  const std::lock_guard lock(BeforeWriteMutex());
  BeforeWrite() = std::move(before);
}

void SetLevel(Level level) { Logger().set_level(ToSpdlog(level)); }

Level CurrentLevel() {
  for (const Level level : {Level::kDebug, Level::kInfo, Level::kWarning, Level::kError}) {
    if (Logger().should_log(ToSpdlog(level))) return level;
  }
  return Level::kOff;
}

void Write(Level level, std::string_view message) {
  if (!Logger().should_log(ToSpdlog(level))) return;
  const std::lock_guard lock(BeforeWriteMutex());
  if (BeforeWrite()) BeforeWrite()();
  Logger().log(ToSpdlog(level), message);
}

}  // namespace hypnos::log

#include "hypnos/sinks/notice.h"

#include <openssl/evp.h>

#include <chrono>
#include <nlohmann/json.hpp>

#include "hypnos/base/format.h"

namespace hypnos {
namespace {

constexpr int kVersion = 1;

const char* ToString(NoticeSeverity severity) {
  switch (severity) {
    case NoticeSeverity::kInfo:
      return "INFO";
    case NoticeSeverity::kWarning:
      return "WARNING";
    case NoticeSeverity::kAlarm:
      return "ALARM";
  }
  return "";
}

std::string Base64(const std::string& bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()));
  text.resize(static_cast<size_t>(size));
  return text;
}

}  // namespace

std::string Iso8601(WallTime time) {
  const auto milliseconds = std::chrono::floor<std::chrono::milliseconds>(time);
  const auto day = std::chrono::floor<std::chrono::days>(milliseconds);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(milliseconds - day);
  return Format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                clock.subseconds().count());
}

std::string JsonOf(const Notice& notice, const std::string& host) {
  nlohmann::json json = {{"version", kVersion},     {"host", host},
                         {"id", notice.id},         {"time", Iso8601(notice.time)},
                         {"kind", notice.kind},     {"severity", ToString(notice.severity)},
                         {"source", notice.source}, {"message", notice.message}};
  if (notice.surprise != 0) json["surprise"] = notice.surprise;
  if (notice.end) json["end_time"] = Iso8601(*notice.end);
  if (!notice.picture.empty()) json["picture_jpeg"] = Base64(notice.picture);
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace hypnos

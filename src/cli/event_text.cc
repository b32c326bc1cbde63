#include "cli/event_text.h"

#include <cctype>

#include "cli/figures.h"
#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"

namespace hypnos::cli {

const char* VerdictWord(control::Event::Verdict verdict) {
  switch (verdict) {
    case control::Event::OPEN:
      return "open";
    case control::Event::CONFIRMED:
      return "confirmed";
    case control::Event::DISMISSED:
      return "dismissed";
    default:
      return "unknown";
  }
}

const char* SeverityWord(control::Event::Severity severity) {
  switch (severity) {
    case control::Event::INFO:
      return "info";
    case control::Event::WARNING:
      return "warning";
    case control::Event::ALARM:
      return "alarm";
    default:
      return "unknown";
  }
}

std::string KindWords(control::Event::Kind kind) {
  std::string words = control::Event::Kind_Name(kind);
  if (words.empty()) return "unknown";
  for (char& c : words) {
    c = c == '_' ? ' ' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return words;
}

std::string EventLine(const control::Event& event) {
  if (event.kind() != control::Event::UNUSUAL) {
    return Format("event {} at {}, {}: {}", event.id(), Utc(event.time()),
                  SeverityWord(event.severity()), Printable(event.message()));
  }
  return Format("event {} of {} at {}, surprise {:.2f}, {}", event.id(), Printable(event.source()),
                Utc(event.time()), event.surprise(), VerdictWord(event.verdict()));
}

}  // namespace hypnos::cli

#include "cli/event_text.h"

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

std::string EventLine(const control::Event& event) {
  return Format("event {} of {} at {}, surprise {:.2f}, {}", event.id(), Printable(event.source()),
                Utc(event.time()), event.surprise(), VerdictWord(event.verdict()));
}

}  // namespace hypnos::cli

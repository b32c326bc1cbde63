#include "lab/turn.h"

#include <charconv>
#include <system_error>

#include "hypnos/base/format.h"

namespace hypnos::lab {

std::optional<Turn> ParseTurn(std::string_view text) {
  Turn turn;
  const char* const end = text.data() + text.size();
  const auto wake = std::from_chars(text.data(), end, turn.wake);
  if (wake.ec != std::errc() || wake.ptr == end || *wake.ptr != ':') return std::nullopt;
  const auto sleep = std::from_chars(wake.ptr + 1, end, turn.sleep);
  if (sleep.ec != std::errc() || sleep.ptr != end) return std::nullopt;
  if (turn.sleep == 0 || turn.sleep > turn.wake) return std::nullopt;
  return turn;
}

std::string CheckTurn(const std::string& text) {
  if (ParseTurn(text)) return "";
  return Format("'{}' is not WAKE:SLEEP, both at least 1 and no more asleep than awake", text);
}

}  // namespace hypnos::lab

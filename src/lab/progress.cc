#include "lab/progress.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "hypnos/base/format.h"
#include "hypnos/base/log.h"

namespace hypnos::lab {
namespace {

constexpr Duration kRedraw = std::chrono::milliseconds(200);
constexpr Duration kBetweenLines = std::chrono::seconds(30);
constexpr size_t kBarWidth = 40;

std::string Bar(double share, size_t width) {
  const auto filled = static_cast<size_t>(share * static_cast<double>(width));
  std::string bar;
  for (size_t i = 0; i < width; ++i) bar += i < filled ? "█" : "░";
  return width > 0 ? bar + "  " : bar;
}

std::string ClockText(double seconds) {
  const auto whole = static_cast<int64_t>(std::round(seconds));
  const int64_t hours = whole / 3600;
  const std::string rest = Format("{:02}:{:02}", whole / 60 % 60, whole % 60);
  return hours > 0 ? Format("{}:{}", hours, rest) : rest;
}

}  // namespace

std::string ProgressText(uint64_t done, uint64_t work, size_t cells_done, size_t cells,
                         Duration elapsed, size_t width) {
  const double share = work > 0 ? static_cast<double>(done) / static_cast<double>(work) : 1;
  std::string text = Format("{}{:3.0f} %  {} of {} cells", Bar(share, width),
                            std::floor(100 * share), cells_done, cells);
  if (done > 0) text += Format("  {} left", ClockText(Seconds(elapsed) * (1 - share) / share));
  return text;
}

Progress::Progress(const Clock& clock, bool terminal, uint64_t work, size_t cells)
    : clock_(clock),
      terminal_(terminal),
      work_(work),
      cells_(cells),
      begin_(clock.Now()),
      shown_(begin_) {
  if (!terminal_) return;
  log::SetBeforeWrite([this] {
    const std::lock_guard lock(draw_mutex_);
    Erase();
  });
}

Progress::~Progress() {
  if (!terminal_) return;
  log::SetBeforeWrite({});
  Erase();
}

void Progress::Advance(uint64_t work) {
  const Instant now = clock_.Now();
  const std::lock_guard lock(mutex_);
  done_ = std::min(done_ + work, work_);
  if (now - shown_ >= (terminal_ ? kRedraw : kBetweenLines)) Show(now);
}

void Progress::FinishCell() {
  const std::lock_guard lock(mutex_);
  ++cells_done_;
}

// `mutex_` is held.
void Progress::Show(Instant now) {
  shown_ = now;
  const std::string text =
      ProgressText(done_, work_, cells_done_, cells_, now - begin_, terminal_ ? kBarWidth : 0);
  if (!terminal_) return log::Info("{}", text);
  const std::lock_guard lock(draw_mutex_);
  Erase();
  std::fputs(text.c_str(), stderr);
  drawn_ = true;
}

void Progress::Erase() {
  if (drawn_) std::fputs("\r\x1b[K", stderr);
  drawn_ = false;
}

}  // namespace hypnos::lab

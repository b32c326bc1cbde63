#include "daemon/display.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "hypnos/base/log.h"

namespace hypnos {
namespace {

constexpr double kRedrawSeconds = 0.2;

bool IsTerminal() {
  const char* term = std::getenv("TERM");
  return isatty(STDERR_FILENO) != 0 && term != nullptr && std::string_view(term) != "dumb";
}

size_t TerminalWidth() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

}  // namespace

Display::Display(Sources sources) : sources_(std::move(sources)), terminal_(IsTerminal()) {
  if (terminal_) {
    log::SetBeforeWrite([this] {
      const std::lock_guard lock(draw_mutex_);
      Erase();
    });
  }
  thread_ = std::thread([this] { Loop(); });
}

Display::~Display() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  stop_changed_.notify_one();
  thread_.join();
  log::SetBeforeWrite({});
  if (terminal_) Draw();
}

void Display::Loop() {
  const auto interval = [this] {
    return std::chrono::duration<double>(terminal_ ? kRedrawSeconds : sources_.interval_seconds());
  };
  std::unique_lock lock(mutex_);
  while (!stop_changed_.wait_for(lock, interval(), [&] { return stop_; })) {
    lock.unlock();
    if (terminal_) {
      Draw();
    } else if (const StatusSnapshot status = sources_.status(); status.frames > 0) {
      log::Info("{}", StatusLine(status, sources_.drops()));
    }
    lock.lock();
  }
}

void Display::Draw() {
  const StatusSnapshot status = sources_.status();
  if (status.frames == 0) return;
  const auto lines = StatusBlock(sources_.run(), status, sources_.drops(), TerminalWidth());
  const std::lock_guard lock(draw_mutex_);
  Erase();
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  std::fputs(text.c_str(), stderr);
  lines_drawn_ = lines.size();
}

// Goes back to where the block began and clears from there.
void Display::Erase() {
  if (lines_drawn_ > 0) std::fprintf(stderr, "\x1b[%zuF\x1b[J", lines_drawn_);
  lines_drawn_ = 0;
}

}  // namespace hypnos

#include "daemon/display.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "hypnos/base/format.h"
#include "hypnos/base/log.h"

namespace hypnos {
namespace {

constexpr double kRedrawSeconds = 0.2;

bool IsTerminal() {
  const char* term = std::getenv("TERM");
  return isatty(STDERR_FILENO) != 0 && term != nullptr && std::string_view(term) != "dumb";
}

struct Size {
  size_t rows = 24, columns = 80;
};

Size TerminalSize() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return {};
  return {.rows = size.ws_row, .columns = size.ws_col};
}

// One below the other, as many as there is room for: what has scrolled away cannot be drawn anew.
std::vector<std::string> Blocks(const std::vector<ShownNetwork>& networks, const Size& terminal) {
  std::vector<std::string> lines;
  size_t left = networks.size();
  for (const ShownNetwork& network : networks) {
    const auto block = StatusBlock(network.run, network.status, network.drops, terminal.columns);
    const bool fits = lines.size() + block.size() + 2 <= terminal.rows;
    if (!lines.empty() && !fits) break;
    lines.insert(lines.end(), block.begin(), block.end());
    --left;
  }
  if (left > 0) lines.push_back(Format("  and {} more", left));
  return lines;
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
    terminal_ ? Draw() : Log();
    lock.lock();
  }
}

void Display::Log() {
  for (const ShownNetwork& network : Shown()) {
    if (network.ended) continue;
    log::Info("{}{}", network.whose, StatusLine(network.status, network.drops));
  }
}

std::vector<ShownNetwork> Display::Shown() const {
  std::vector<ShownNetwork> networks = sources_.networks();
  std::erase_if(networks, [](const ShownNetwork& network) { return network.status.frames == 0; });
  return networks;
}

void Display::Draw() {
  const std::vector<ShownNetwork> networks = Shown();
  if (networks.empty()) return;
  const std::vector<std::string> lines = Blocks(networks, TerminalSize());
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

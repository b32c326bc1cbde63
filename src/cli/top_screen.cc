#include "cli/top_screen.h"

#include <curses.h>
#include <langinfo.h>
#include <unistd.h>

#include <clocale>
#include <cstdio>
#include <string_view>

namespace hypnos::cli {

Result<std::unique_ptr<TopScreen>> TopScreen::Open() {
  const Error none{Code::kInvalidArgument, "NO_TERMINAL",
                   "top needs a terminal; `hypnosctl watch` does without"};
  if (isatty(STDIN_FILENO) == 0 || isatty(STDOUT_FILENO) == 0) return none;
  // Of the locale only which characters there are: figures stay as they are everywhere.
  std::setlocale(LC_CTYPE, "");
  // Unlike initscr() it does not end the program where the terminal is not known.
  SCREEN* screen = newterm(nullptr, stdout, stdin);
  if (screen == nullptr) return none;
  return std::unique_ptr<TopScreen>(new TopScreen(screen));
}

TopScreen::TopScreen(void* screen)
    : screen_(screen), utf8_(std::string_view(nl_langinfo(CODESET)) == "UTF-8") {
  cbreak();
  noecho();
  nonl();
  keypad(stdscr, TRUE);
  nodelay(stdscr, TRUE);
  curs_set(0);
}

TopScreen::~TopScreen() {
  endwin();
  delscreen(static_cast<SCREEN*>(screen_));
}

size_t TopScreen::rows() const { return static_cast<size_t>(LINES); }
size_t TopScreen::columns() const { return static_cast<size_t>(COLS); }

void TopScreen::Draw(const std::vector<TopLine>& lines) {
  erase();
  for (size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].bold) attron(A_BOLD);
    const std::string text = utf8_ ? lines[i].text : InAscii(lines[i].text);
    mvaddstr(static_cast<int>(i), 0, text.c_str());
    attroff(A_BOLD);
  }
  refresh();
}

std::vector<int> TopScreen::Keys() {
  std::vector<int> keys;
  for (int key = getch(); key != ERR; key = getch()) {
    if (key == KEY_RESIZE) continue;  // LINES and COLS have changed
    if (key == KEY_UP) key = kKeyUp;
    if (key == KEY_DOWN) key = kKeyDown;
    keys.push_back(key);
  }
  return keys;
}

}  // namespace hypnos::cli

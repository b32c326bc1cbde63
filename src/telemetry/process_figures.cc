#include "hypnos/telemetry/process_figures.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>
#include <system_error>

namespace hypnos {
namespace {

double SecondsOf(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

// The line's number behind its first word.
std::optional<double> Line(const char* path, const std::string& word) {
  std::ifstream file(path);
  std::string first;
  double value = 0;
  while (file >> first) {
    if (first == word && file >> value) return value;
    file.clear();
    file.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return std::nullopt;
}

// Field `number` of /proc/self/stat, from 3 on: before that stands the program's name in brackets,
// which may hold anything.
std::optional<double> StatField(int number) {
  std::ifstream file("/proc/self/stat");
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  const size_t end = line.rfind(')');
  if (end == std::string::npos) return std::nullopt;
  std::istringstream fields(line.substr(end + 1));
  std::string skipped;
  for (int i = 3; i < number; ++i) fields >> skipped;
  double value = 0;
  return fields >> value ? std::optional(value) : std::nullopt;
}

void ReadMemory(ProcessFigures& figures) {
  std::ifstream file("/proc/self/statm");
  uint64_t all = 0;
  uint64_t resident = 0;
  if (!(file >> all >> resident)) return;
  const auto page = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  figures.virtual_bytes = all * page;
  figures.resident_bytes = resident * page;
}

void ReadFiles(ProcessFigures& figures) {
  std::error_code failed;
  uint64_t open = 0;
  auto entry = std::filesystem::directory_iterator("/proc/self/fd", failed);
  for (; !failed && entry != std::filesystem::directory_iterator(); entry.increment(failed)) {
    ++open;
  }
  // One of them was there to count them.
  if (!failed && open > 0) figures.open_files = open - 1;
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
    figures.most_open_files = limit.rlim_cur;
  }
}

void ReadStart(ProcessFigures& figures) {
  const auto boot = Line("/proc/stat", "btime");
  const auto ticks = StatField(22);
  if (!boot || !ticks) return;
  figures.start_time = *boot + *ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace

ProcessFigures ReadProcessFigures() {
  ProcessFigures figures;
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) == 0) {
    figures.cpu_seconds = SecondsOf(usage.ru_utime) + SecondsOf(usage.ru_stime);
  }
  ReadMemory(figures);
  ReadFiles(figures);
  ReadStart(figures);
  return figures;
}

}  // namespace hypnos

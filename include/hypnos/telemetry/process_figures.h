// What this process takes, as the operating system counts it.
// Threads: safe.
// Source: proc(5), getrusage(2)
#pragma once

#include <cstdint>
#include <optional>

namespace hypnos {

// What cannot be read is absent.
struct ProcessFigures {
  double cpu_seconds = 0;  // of all its threads, in the kernel, too
  std::optional<uint64_t> resident_bytes;
  std::optional<uint64_t> virtual_bytes;
  std::optional<uint64_t> open_files;
  std::optional<uint64_t> most_open_files;
  // Since 1970, UTC.
  std::optional<double> start_time;
};

ProcessFigures ReadProcessFigures();

}  // namespace hypnos

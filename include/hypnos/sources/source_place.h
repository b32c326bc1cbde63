// Where a source stands behind one of its frames. Whoever has seen that frame and gives this back
// goes on behind it: see Source::GoOn. Threads: immutable once it is shared.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hypnos/base/state_archive.h"
#include "hypnos/sources/row_clock.h"

namespace hypnos {

// What all files of a series have in common.
struct SeriesHead {
  std::vector<std::string> columns = {};  // their names, in the order of the readings
  std::string time_column = {};           // empty: there is none
  // The record that says what stands where, and its line; empty before there is one.
  std::string header = {};
  int64_t header_line = 0;

  void ExchangeState(StateArchive& archive);
};

// Of a file that grows, with what tells whether it is still the same: FNV-1a of its first bytes
// and of those before the offset.
struct FilePlace {
  static constexpr int64_t kHeadBytes = 1024;
  static constexpr int64_t kTailBytes = 256;

  int64_t offset = 0;  // bytes that have been read
  int64_t line = 1;    // of what comes next
  uint64_t head = 0;
  uint64_t tail = 0;

  int64_t head_bytes() const { return offset < kHeadBytes ? offset : kHeadBytes; }
  int64_t tail_bytes() const { return offset < kTailBytes ? offset : kTailBytes; }
  void ExchangeState(StateArchive& archive);
  bool operator==(const FilePlace&) const = default;
};

struct SourcePlace {
  std::shared_ptr<const SeriesHead> series = nullptr;  // null: it is none
  std::optional<FilePlace> file = std::nullopt;
  int64_t index = 0;  // of the next frame
  RowClock clock{0};  // of the rows of a series

  // Loading: what was saved without one leaves null.
  static void Exchange(StateArchive& archive, std::shared_ptr<const SourcePlace>* place);
};

}  // namespace hypnos

// Collects what is wrong, so that a user mends a file once and not once for each mistake.
#pragma once

#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "hypnos/base/result.h"

namespace hypnos::config {

// Where something was written. Ordered as a reader meets it: the file first, then what lies over
// it.
struct Place {
  int origin = 0;  // 0: the file; else what AddOrigin gave
  int line = 1;
  int column = 1;

  friend bool operator<(const Place& a, const Place& b) {
    return std::tie(a.origin, a.line, a.column) < std::tie(b.origin, b.line, b.column);
  }
};

class Report {
 public:
  explicit Report(std::string file_name) : origins_{std::move(file_name)} {}

  // A flag or variable, as it is to be shown: "--set a.b=value".
  int AddOrigin(std::string label);
  void Add(const Place& place, std::string sentence);
  bool empty() const { return problems_.empty(); }
  // "demo.yaml:12:5", or the label.
  std::string Shown(const Place& place) const;

  // All problems in order of their places, the first kMostShown in words.
  Status ToStatus() const;
  static constexpr size_t kMostShown = 20;

 private:
  using Problem = std::pair<Place, std::string>;

  std::vector<std::string> origins_;
  std::vector<Problem> problems_;
};

}  // namespace hypnos::config

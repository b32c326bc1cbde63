// What a file of labels says, frame by frame; see hypnos/sources/labels.h for its form.
// Threads: safe once made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hypnos/base/result.h"

namespace hypnos {

class LabelTable {
 public:
  // `file_name` is only for messages. kInvalidArgument, reason BAD_LABELS.
  static Result<LabelTable> Parse(std::string_view text, const std::string& file_name,
                                  const std::vector<std::string>& classes);

  std::optional<size_t> At(int64_t frame) const;

  // kInvalidArgument, reason LABELS_BEYOND_END, where it speaks of a frame after that one.
  Status CheckEnd(int64_t last_frame) const;

 private:
  struct Stretch {
    int64_t first = 0;
    int64_t last = 0;
    size_t label = 0;
    size_t line = 0;
  };
  class Parser;

  LabelTable(std::string file_name, std::vector<Stretch> stretches)
      : file_name_(std::move(file_name)), stretches_(std::move(stretches)) {}

  std::string file_name_;
  std::vector<Stretch> stretches_;  // in order, none overlapping
};

// The place of a name among the classes. kInvalidArgument, reason BAD_LABELS: the sentence names
// the nearest one.
Result<size_t> FindLabel(const std::string& name, const std::vector<std::string>& classes);

// Of what the folder is called: "walking" of "clips/walking/".
Result<size_t> LabelOfFolder(const std::string& folder, const std::vector<std::string>& classes);

}  // namespace hypnos

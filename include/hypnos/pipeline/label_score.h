// How often the label that was predicted was the right one, counted as the stream goes on: each
// frame is predicted before its label is learned from (test, then train).
// Threads: thread-compatible. Nothing fails; nothing allocates once made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "hypnos/base/state_archive.h"

namespace hypnos {

class OnlineAccuracy {
 public:
  // Of late: over so many frames.
  static constexpr size_t kRecentFrames = 1000;

  void Add(bool right);

  uint64_t frames() const { return frames_; }
  // Share of all frames, and of the last ones. None before the first.
  std::optional<double> total() const;
  std::optional<double> recent() const;

  void ExchangeState(StateArchive& archive);

 private:
  uint64_t frames_ = 0;
  uint64_t right_ = 0;
  uint64_t recently_right_ = 0;
  std::vector<bool> recent_ = std::vector<bool>(kRecentFrames);  // by frame, modulo
};

// Of frames that have a label.
struct LabelScore {
  OnlineAccuracy read_out;
  // Where layers read labels.
  OnlineAccuracy goodness;
  // Of whoever says that a frame shows what the labelled frame before it showed: where labels stay
  // for long, an accuracy is worth what it is above that.
  OnlineAccuracy same_as_before;

  void ExchangeState(StateArchive& archive);
};

}  // namespace hypnos

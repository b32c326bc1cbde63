// What happens to one lane at one tick, and what came of it. See network.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "hypnos/layer/ff_layer.h"

namespace hypnos {

// Of the first stream.
enum class Lane : size_t { kReal, kReplay, kDream };
inline constexpr size_t kLanes = 3;

// The same lane of another stream; streams count from 0.
constexpr Lane OfStream(Lane lane, size_t stream) {
  return Lane{kLanes * stream + static_cast<size_t>(lane)};
}

enum class TickStart {
  kContinue,  // after the lane's tick before
  kReset,     // from zero states
  kFork,      // from the states of another lane's tick before
};

// One tick of one lane: what to do, and what came of it.
struct Tick {
  Lane lane = Lane::kReal;
  // Counts the ticks of the lane, without a gap.
  int64_t number = 0;
  TickStart start = TickStart::kContinue;
  // kFork: the lane and the number of its tick to continue.
  Lane fork_lane = Lane::kReal;
  int64_t fork_number = 0;
  Phase phase = Phase::kLook;
  // Ticks since the input became what it is now (a reset; the first dreamed frame): it has reached
  // layer l (from 0) at age l, and the layer learns from then on.
  int64_t age = 0;
  // The label that is shown, if any. Where it is what became new, its age counts from the layer
  // that reads it.
  std::optional<size_t> label = std::nullopt;
  bool label_is_new = false;
  // Read-out: compare the input with what was predicted at the tick before; learn from that;
  // predict the next input.
  bool compare = false;
  bool learn_generator = false;
  bool predict = false;

  // Results.
  std::vector<StepStatistics> layers;
  double prediction_error = 0;  // see Generator::Compare
};

}  // namespace hypnos

// A state of a few bytes, of every kind that there is.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "hypnos/base/state_archive.h"
#include "hypnos/checkpoint/checkpoint_folder.h"

namespace hypnos {

struct SmallState {
  void ExchangeState(StateArchive& archive) {
    const StateArchive::Scope scope(archive, "small");
    archive.Values("weights", std::span(weights), {2, 3});
    archive.Halves("halves", std::span(halves), {halves.size()});
    archive.Values("sums", std::span(sums), {sums.size()});
    archive.Number("steps", steps);
    archive.Number("asleep", asleep);
    archive.Number("label", label);
    archive.Generator("rng", rng);
    archive.Text("clip", clip);
    const size_t count = archive.Count("list", list.size(), 4);
    if (archive.loading()) list.resize(count);
    archive.Values("list values", std::span(list), {list.size()});
  }
  bool operator==(const SmallState& other) const {
    return weights == other.weights && halves == other.halves && sums == other.sums &&
           steps == other.steps && asleep == other.asleep && label == other.label &&
           rng.seed() == other.rng.seed() && rng.state() == other.rng.state() &&
           clip == other.clip && list == other.list;
  }

  std::array<float, 6> weights{};
  std::array<uint16_t, 2> halves{};
  std::array<double, 1> sums{};
  uint64_t steps = 0;
  bool asleep = false;
  std::optional<size_t> label;
  Rng rng = Rng(1);
  std::string clip;
  std::vector<float> list;
};

inline SmallState StateAfter(uint64_t steps) {
  SmallState state;
  state.steps = steps;
  for (size_t i = 0; i < state.weights.size(); ++i) {
    state.weights[i] = static_cast<float>(steps) + 0.25f * static_cast<float>(i);
  }
  state.halves = {0x3C00, static_cast<uint16_t>(steps)};
  state.sums = {1.0 / static_cast<double>(steps + 1)};
  state.asleep = steps % 2 == 1;
  if (steps % 3 == 0) state.label = steps;
  state.rng = Rng(7, steps);
  state.clip = "door";
  state.list.assign(steps % 4, 0.5f);
  return state;
}

inline CheckpointFacts FactsAfter(uint64_t steps) {
  return {.program = "0.1.0",
          .time = WallTime(std::chrono::seconds(1'700'000'000 + steps)),
          .frames = 2 * steps,
          .steps = steps,
          .config = "{}"};
}

inline Result<CheckpointInfo> SaveAfter(CheckpointFolder& folder, uint64_t steps) {
  SmallState state = StateAfter(steps);
  StatePicture picture;
  state.ExchangeState(picture);
  return folder.Save(FactsAfter(steps), picture);
}

inline Result<SmallState> Load(const CheckpointFile& file) {
  SmallState state;
  CheckpointLoader loader(file);
  state.ExchangeState(loader);
  HYPNOS_RETURN_IF_ERROR(loader.Finish());
  return state;
}

}  // namespace hypnos

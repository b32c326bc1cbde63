// What the network is and sees at one moment, copied, so that whoever wants to look has all the
// time in the world; and a copy of the network that dreams on from there.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hypnos/base/result.h"
#include "hypnos/base/rng.h"
#include "hypnos/network/network.h"
#include "hypnos/sources/video_encoder.h"
#include "hypnos/tensor/planes.h"

namespace hypnos {

// What is copied besides the activity: each costs the learning network the time of its copy.
struct LookParts {
  bool weights = false;
  // The weights of one layer, from 0, and of nothing else.
  std::optional<size_t> weights_of = std::nullopt;
  bool picture = false;
  bool residuals = false;
  // What is dreamed at this moment.
  bool dream = false;
};

// One frame of what is learned from asleep.
struct DreamedFrame {
  std::string kind;   // as the configuration calls it
  int64_t began = 0;  // tells one dream from the next
  int64_t frame = 0;  // of it, from 0
  Planes input;       // encoded
};

// Threads: a value.
struct Look {
  NetworkOptions options;
  int steps_per_frame = 1;
  PlaneShape shape;
  // Of the picture.
  size_t rows = 0;
  size_t columns = 0;
  // The stream, and the last frame of it that was shown.
  std::string stream;
  std::string clip;
  int64_t frame = 0;
  // Of a series, as its source has found them, in the order of the readings; empty where it does
  // not tell.
  std::vector<std::string> column_names;
  // Of every layer: h, and goodness at each place, of the last real step.
  NetworkState state;
  std::vector<std::vector<float>> goodness;
  std::vector<FfLayerOptions> layers;  // as in effect

  // LookParts::weights; with weights_of the others are empty, and the generator, too.
  std::vector<LayerParameters> parameters;
  Matrix generator;
  // LookParts::picture: the last real frame, as it was encoded; what is expected next, encoded;
  // with what mean and deviation each channel was scaled; the mean square error at each place,
  // empty where nothing led up to the frame.
  Planes input;
  Planes prediction;
  std::vector<ChannelStatistics> channels;
  std::vector<float> surprise;
  // Likewise, where novelty is watched for: how unusual each place was, see Novelty::map; empty
  // where nothing could be said.
  std::vector<float> novelty;
  // LookParts::residuals: a few of the generator's last errors; none before the second frame.
  std::vector<HalfBuffer> residuals;
  // LookParts::dream: with what mean and deviation each channel was scaled, too; none awake, and
  // asleep while it is recalled what leads up to the next one.
  std::optional<DreamedFrame> dream;
};

// Threads: thread-compatible.
class Rollout {
 public:
  // From a look with weights, picture and, for a dream, residuals: without them what comes is what
  // is expected, without the noise that real frames have. Symbols need no residuals: they are
  // drawn. Errors: those of Network::Create.
  static Result<Rollout> Create(const Look& look, Rng rng);
  Rollout(Rollout&&) noexcept;
  Rollout& operator=(Rollout&&) noexcept;
  ~Rollout();

  // The next frame, encoded; valid until the next call.
  const Planes& Next();

 private:
  struct State;
  explicit Rollout(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace hypnos

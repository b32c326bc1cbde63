#include "hypnos/pipeline/look.h"

#include <algorithm>
#include <utility>

#include "hypnos/replay/dreamer.h"
#include "hypnos/replay/residual_memory.h"
#include "hypnos/tensor/executor.h"
#include "hypnos/tensor/kernels.h"
#include "pipeline/network_copy.h"

namespace hypnos {

struct Rollout::State {
  State(const Look& look, Network copy, Rng rng)
      : steps_per_frame(look.steps_per_frame),
        network(std::move(copy)),
        prediction(network.grid().locations(), network.grid().inputs()),
        residuals(std::max<size_t>(1, look.residuals.size())),
        imagines(look.options.generator.symbols > 0 || !look.residuals.empty()),
        dreamer(network.grid(), rng, look.options.generator.symbols) {
    network.grid().Gather(look.prediction, prediction);
    Planes residual(look.shape);
    for (const HalfBuffer& half : look.residuals) {
      FromHalf(half, residual.values());
      residuals.Observe(residual);
    }
    tick.lane = Lane::kDream;
    tick.start = TickStart::kFork;
    tick.layers.resize(network.layer_count());
  }

  int steps_per_frame;
  SerialExecutor executor;
  Network network;
  Matrix prediction;  // of the first frame; those of later ones are the network's
  ResidualMemory residuals;
  bool imagines;  // and does not only expect
  Dreamer dreamer;
  Tick tick;
  Planes frame;
};

Result<Rollout> Rollout::Create(const Look& look, Rng rng) {
  HYPNOS_CHECK(!look.prediction.values().empty());
  HYPNOS_ASSIGN_OR_RETURN(Network network, CopyNetwork(look));
  return Rollout(std::make_unique<State>(look, std::move(network), rng));
}

Rollout::Rollout(std::unique_ptr<State> state) : state_(std::move(state)) {}
Rollout::Rollout(Rollout&&) noexcept = default;
Rollout& Rollout::operator=(Rollout&&) noexcept = default;
Rollout::~Rollout() = default;

const Planes& Rollout::Next() {
  State& s = *state_;
  const bool first = s.tick.start == TickStart::kFork;
  const ConstMatrixView expected = first ? s.prediction : s.network.prediction(Lane::kDream);
  if (s.imagines) {
    s.dreamer.Imagine(expected, s.residuals, s.frame);
  } else {
    s.frame.Resize(s.network.grid().frame());
    s.network.grid().Average(expected, s.frame);
  }
  for (int hold = 0; hold < s.steps_per_frame; ++hold) {
    ++s.tick.number;
    s.tick.predict = hold + 1 == s.steps_per_frame;
    s.network.RunTick(s.tick, s.frame, s.executor);
    s.tick.start = TickStart::kContinue;
  }
  return s.frame;
}

}  // namespace hypnos

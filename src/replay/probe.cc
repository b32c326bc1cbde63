#include "hypnos/replay/probe.h"

#include <algorithm>

#include "hypnos/replay/dreamer.h"

namespace hypnos {
namespace {

// Goodness of every layer over one continuation, [steps x locations] each.
using Goodness = std::vector<Matrix>;

class ProbeRun {
 public:
  ProbeRun(Network& network, int64_t& tick_number, Executor& executor)
      : network_(network), number_(tick_number), executor_(executor) {}

  // Shows `context` frames of the sequence, then `steps` frames that `next` gives, and records the
  // latter's goodness.
  template <class Next>
  Goodness Watch(const SequenceMemory& sequences, size_t sequence, size_t context, size_t steps,
                 Next next) {
    for (size_t i = 0; i < context; ++i) {
      sequences.Read(sequence, i, frame_);
      Show(i == 0 ? TickStart::kReset : TickStart::kContinue);
    }
    Goodness goodness(network_.layer_count(), Matrix(steps, network_.grid().locations()));
    for (size_t step = 0; step < steps; ++step) {
      next(step, frame_);
      Show(TickStart::kContinue);
      for (size_t l = 0; l < goodness.size(); ++l) {
        const auto g = network_.goodness(Lane::kDream, l);
        std::copy(g.begin(), g.end(), goodness[l].row(step).begin());
      }
    }
    return goodness;
  }

 private:
  void Show(TickStart start) {
    Tick tick;
    tick.lane = Lane::kDream;
    tick.number = ++number_;
    tick.start = start;
    tick.predict = true;
    network_.RunTick(tick, frame_, executor_);
  }

  Network& network_;
  int64_t& number_;
  Executor& executor_;
  Planes frame_;
};

struct Tally {
  double wins = 0, real = 0, dream = 0;
  size_t pairs = 0;
};

void Count(const Goodness& real, const Goodness& dream, std::vector<Tally>& tallies) {
  for (size_t l = 0; l < tallies.size(); ++l) {
    Tally& tally = tallies[l];
    // From the step on at which the continuation has reached layer l.
    for (size_t i = l * real[l].cols(); i < real[l].values().size(); ++i) {
      const float r = real[l].values()[i];
      const float d = dream[l].values()[i];
      tally.wins += r > d ? 1.0 : r == d ? 0.5 : 0.0;
      tally.real += static_cast<double>(r);
      tally.dream += static_cast<double>(d);
      ++tally.pairs;
    }
  }
}

}  // namespace

ProbeResult ProbeRealAgainstDream(Network& network, const SequenceMemory& sequences,
                                  ResidualMemory& residuals, size_t context_frames, Rng rng,
                                  int64_t& tick_number, Executor& executor) {
  const size_t layers = network.layer_count();
  ProbeResult result;
  if (residuals.empty()) return result;
  result.sequences = sequences.size();
  HYPNOS_CHECK(context_frames > 0 && context_frames < sequences.frames());
  const size_t steps = sequences.frames() - context_frames;
  Dreamer dreamer(sequences, residuals, network.grid(), rng);
  ProbeRun run(network, tick_number, executor);
  std::vector<Tally> tallies(layers);
  for (size_t s = 0; s < sequences.size(); ++s) {
    const Goodness real = run.Watch(
        sequences, s, context_frames, steps,
        [&](size_t step, Planes& frame) { sequences.Read(s, context_frames + step, frame); });
    const Goodness dream = run.Watch(
        sequences, s, context_frames, steps,
        [&](size_t, Planes& frame) { dreamer.Imagine(network.prediction(Lane::kDream), frame); });
    Count(real, dream, tallies);
  }
  for (size_t l = 0; l < layers; ++l) {
    const double pairs = std::max<double>(1, static_cast<double>(tallies[l].pairs));
    const double units = static_cast<double>(network.layer(l).options().units);
    result.pairwise_accuracy.push_back(tallies[l].wins / pairs);
    result.real_goodness.push_back(tallies[l].real / pairs / units);
    result.dream_goodness.push_back(tallies[l].dream / pairs / units);
  }
  return result;
}

}  // namespace hypnos

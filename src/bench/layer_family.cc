// One layer's step on one thread, at the shapes of the standard pipeline: 768 x 576 in patches of
// 16 x 16, two layers of 256.
#include <benchmark/benchmark.h>

#include <utility>

#include "bench/families.h"
#include "hypnos/base/rng.h"
#include "hypnos/layer/ff_layer.h"
#include "hypnos/tensor/executor.h"

namespace hypnos::bench {
namespace {

constexpr size_t kBatch = 1728;
constexpr size_t kUnits = 256;
constexpr uint64_t kSeed = 1;

struct Case {
  const char* name;
  size_t above;
  Phase phase;
};

constexpr Case kCases[] = {
    {"LayerStep/lower/look", kUnits, Phase::kLook},
    {"LayerStep/lower/positive", kUnits, Phase::kPositive},
    {"LayerStep/lower/negative", kUnits, Phase::kNegative},
    {"LayerStep/top/look", 0, Phase::kLook},
    {"LayerStep/top/positive", 0, Phase::kPositive},
    {"LayerStep/top/negative", 0, Phase::kNegative},
};

Matrix Random(size_t rows, size_t cols, Rng& rng) {
  Matrix matrix(rows, cols);
  for (float& value : matrix.values()) value = rng.Normal();
  return matrix;
}

// Two operations for each weight and row to look; as many for its gradient.
double Operations(const FfLayerOptions& options, Phase phase) {
  const auto products = static_cast<double>(kBatch * options.units * options.fan_in());
  return (phase == Phase::kLook ? 2 : 4) * products;
}

void Run(benchmark::State& state, const Case& c) {
  const FfLayerOptions options{.below = kUnits, .above = c.above, .units = kUnits};
  Rng rng(kSeed);
  auto layer = FfLayer::Create(options, LearningOptions{}, rng.Fork("layer"));
  const Matrix below = Random(kBatch, kUnits, rng);
  const Matrix above = Random(kBatch, c.above, rng);
  const Matrix self = Random(kBatch, kUnits, rng);
  Matrix out(kBatch, kUnits);
  FfLayerState layer_state(kBatch, options);
  SerialExecutor executor;
  for ([[maybe_unused]] auto _ : state) {
    benchmark::DoNotOptimize(
        layer->Step({below, above, self}, c.phase, layer_state, out, executor));
    if (c.phase != Phase::kLook) layer->ApplyUpdate(executor);
  }
  const auto steps = static_cast<double>(state.iterations());
  state.counters["FLOP/s"] =
      benchmark::Counter(steps * Operations(options, c.phase), benchmark::Counter::kIsRate);
}

}  // namespace

void RegisterLayerFamily() {
  for (const Case& c : kCases) {
    benchmark::RegisterBenchmark(c.name, [&c](benchmark::State& state) {
      Run(state, c);
    })->Unit(benchmark::kMillisecond);
  }
}

}  // namespace hypnos::bench

#include "hypnos/pipeline/symbol_forecast.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>
#include <vector>

#include "hypnos/base/check.h"
#include "hypnos/tensor/executor.h"
#include "hypnos/tensor/one_hot.h"
#include "pipeline/network_copy.h"

namespace hypnos {
namespace {

constexpr float kLeastLikely = 1e-30f;

void Normalise(std::span<float> log_p) {
  const float largest = *std::ranges::max_element(log_p);
  float sum = 0;
  for (const float value : log_p) sum += std::exp(value - largest);
  for (float& value : log_p) value -= largest + std::log(sum);
}

uint8_t Likeliest(std::span<const float> log_p) {
  return static_cast<uint8_t>(std::ranges::max_element(log_p) - log_p.begin());
}

// The first reader alone, once for each symbol: then all symbols are tried at once, and each weight
// is read once for all of them.
Look FirstReaderForEachSymbol(Look look) {
  const size_t symbols = look.options.generator.symbols;
  const auto readers = static_cast<size_t>(look.shape.width);
  for (HalfBuffer& state : look.state.layers) {
    const size_t units = state.size() / readers;
    const HalfBuffer first(state.begin(), state.begin() + static_cast<ptrdiff_t>(units));
    state.clear();
    for (size_t c = 0; c < symbols; ++c) state.insert(state.end(), first.begin(), first.end());
  }
  look.shape.width = static_cast<int>(symbols);
  const Planes prediction = std::move(look.prediction);
  look.prediction = Planes(look.shape);
  for (int channel = 0; channel < look.shape.channels; ++channel) {
    std::ranges::fill(look.prediction.plane(channel), prediction.plane(channel)[0]);
  }
  return look;
}

// Shapes: the network's locations are symbols, that differ only while they are tried.
class Forecaster {
 public:
  Forecaster(const Look& look, Network network, float goodness_share)
      : network_(std::move(network)),
        steps_per_frame_(look.steps_per_frame),
        symbols_(look.options.generator.symbols),
        share_(goodness_share),
        expected_(network_.grid().locations(), network_.grid().inputs()),
        log_p_(symbols_) {
    network_.grid().Gather(look.prediction, expected_);
    real_.lane = Lane::kReal;
    real_.layers.resize(network_.layer_count());
    tried_ = real_;
    tried_.lane = Lane::kDream;
  }

  SymbolForecast Run(size_t steps) {
    SymbolForecast forecast;
    for (size_t step = 0; step < steps; ++step) {
      Judge();
      if (step == 0) {
        for (const float log_p : log_p_) forecast.next.push_back(std::exp(log_p));
      }
      forecast.likeliest.push_back(Likeliest(log_p_));
      if (step + 1 < steps) Advance();
    }
    return forecast;
  }

 private:
  // Fills log p.
  void Judge() {
    const auto q = expected_.row(0).first(symbols_);
    std::ranges::transform(q, log_p_.begin(),
                           [](float value) { return std::log(std::max(value, kLeastLikely)); });
    if (share_ > 0) TryEach();
    Normalise(log_p_);
  }

  // Every symbol is seen next, for as long as it takes to reach the top.
  void TryEach() {
    Show([](size_t location) { return location; });
    const size_t layers = network_.layer_count();
    for (size_t age = 0; age < layers; ++age) {
      ++tried_.number;
      tried_.start = age == 0 ? TickStart::kFork : TickStart::kContinue;
      tried_.fork_lane = Lane::kReal;
      tried_.fork_number = real_.number;
      network_.RunTick(tried_, frame_, executor_);
      const auto goodness = network_.goodness(Lane::kDream, age);
      for (size_t c = 0; c < symbols_; ++c) {
        log_p_[c] += share_ / static_cast<float>(layers) * network_.layer(age).LogOdds(goodness[c]);
      }
    }
  }

  // What it holds for likeliest is read.
  void Advance() {
    Show([likeliest = Likeliest(log_p_)](size_t) { return likeliest; });
    for (int hold = 0; hold < steps_per_frame_; ++hold) {
      ++real_.number;
      real_.predict = hold + 1 == steps_per_frame_;
      network_.RunTick(real_, frame_, executor_);
    }
    const ConstMatrixView next = network_.prediction(Lane::kReal);
    for (size_t i = 0; i < next.rows; ++i) std::ranges::copy(next.row(i), expected_.row(i).begin());
  }

  template <class F>
  void Show(F symbol_at) {
    shown_ = expected_;
    for (size_t i = 0; i < shown_.rows(); ++i) {
      const auto newest = shown_.row(i).first(symbols_);
      std::ranges::fill(newest, 0.0f);
      newest[symbol_at(i)] = OneHotValue(symbols_);
    }
    network_.grid().Average(shown_, frame_);
  }

  Network network_;
  int steps_per_frame_;
  size_t symbols_;
  float share_;
  SerialExecutor executor_;
  Tick real_, tried_;
  Matrix expected_;  // [symbols x inputs]
  Matrix shown_;
  Planes frame_;
  std::vector<float> log_p_;  // [symbols]
};

}  // namespace

Result<SymbolForecast> ForecastSymbols(Look look, size_t steps, float goodness_share) {
  HYPNOS_CHECK(look.options.generator.symbols > 0 && steps > 0 &&
               look.shape == look.prediction.shape());
  const Look first = FirstReaderForEachSymbol(std::move(look));
  HYPNOS_ASSIGN_OR_RETURN(Network network, CopyNetwork(first));
  return Forecaster(first, std::move(network), goodness_share).Run(steps);
}

}  // namespace hypnos

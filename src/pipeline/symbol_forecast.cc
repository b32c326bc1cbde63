#include "hypnos/pipeline/symbol_forecast.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "hypnos/base/check.h"
#include "hypnos/tensor/executor.h"
#include "hypnos/tensor/one_hot.h"
#include "pipeline/network_copy.h"

namespace hypnos {
namespace {

constexpr float kLeastLikely = 1e-30f;

// (G - theta) / T, as the layer itself takes it.
float LogOdds(float goodness, const FfLayerOptions& layer) {
  const auto features = static_cast<float>(layer.counted_features());
  const auto constraints = static_cast<float>(layer.counted_constraints());
  const auto counted = static_cast<float>(layer.counted());
  return (goodness - layer.threshold_per_unit * (features - constraints)) /
         (layer.temperature_per_unit * counted);
}

void Normalise(MatrixView log_p) {
  for (size_t i = 0; i < log_p.rows; ++i) {
    const auto row = log_p.row(i);
    const float largest = *std::ranges::max_element(row);
    float sum = 0;
    for (const float value : row) sum += std::exp(value - largest);
    for (float& value : row) value -= largest + std::log(sum);
  }
}

uint8_t Likeliest(std::span<const float> log_p) {
  return static_cast<uint8_t>(std::ranges::max_element(log_p) - log_p.begin());
}

class Forecaster {
 public:
  Forecaster(const Look& look, Network network, float goodness_share)
      : network_(std::move(network)),
        steps_per_frame_(look.steps_per_frame),
        symbols_(look.options.generator.symbols),
        share_(goodness_share),
        expected_(network_.grid().locations(), network_.grid().inputs()),
        log_p_(expected_.rows(), symbols_) {
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
        for (const float log_p : log_p_.row(0)) forecast.next.push_back(std::exp(log_p));
      }
      forecast.likeliest.push_back(Likeliest(log_p_.row(0)));
      if (step + 1 < steps) Advance();
    }
    return forecast;
  }

 private:
  // Fills log p.
  void Judge() {
    for (size_t i = 0; i < log_p_.rows(); ++i) {
      const auto q = expected_.row(i).first(symbols_);
      std::ranges::transform(q, log_p_.row(i).begin(),
                             [](float value) { return std::log(std::max(value, kLeastLikely)); });
    }
    for (size_t c = 0; c < symbols_ && share_ > 0; ++c) Try(c);
    Normalise(log_p_);
  }

  // Every reader sees this symbol next, for as long as it takes to reach the top.
  void Try(size_t symbol) {
    Show([&](size_t) { return symbol; });
    const size_t layers = network_.layer_count();
    for (size_t age = 0; age < layers; ++age) {
      ++tried_.number;
      tried_.start = age == 0 ? TickStart::kFork : TickStart::kContinue;
      tried_.fork_lane = Lane::kReal;
      tried_.fork_number = real_.number;
      network_.RunTick(tried_, frame_, executor_);
      const auto goodness = network_.goodness(Lane::kDream, age);
      for (size_t i = 0; i < log_p_.rows(); ++i) {
        log_p_.row(i)[symbol] += share_ / static_cast<float>(layers) *
                                 LogOdds(goodness[i], network_.layer(age).options());
      }
    }
  }

  // Every reader reads what it holds for likeliest.
  void Advance() {
    Show([&](size_t reader) { return Likeliest(log_p_.row(reader)); });
    for (int hold = 0; hold < steps_per_frame_; ++hold) {
      ++real_.number;
      real_.predict = hold + 1 == steps_per_frame_;
      network_.RunTick(real_, frame_, executor_);
    }
    const ConstMatrixView next = network_.prediction(Lane::kReal);
    for (size_t i = 0; i < next.rows; ++i) std::ranges::copy(next.row(i), expected_.row(i).begin());
  }

  template <class F>
  void Show(F symbol_of) {
    shown_ = expected_;
    for (size_t i = 0; i < shown_.rows(); ++i) {
      const auto newest = shown_.row(i).first(symbols_);
      std::ranges::fill(newest, 0.0f);
      newest[symbol_of(i)] = OneHotValue(symbols_);
    }
    network_.grid().Average(shown_, frame_);
  }

  Network network_;
  int steps_per_frame_;
  size_t symbols_;
  float share_;
  SerialExecutor executor_;
  Tick real_, tried_;
  Matrix expected_;  // [readers x inputs]
  Matrix shown_;
  Planes frame_;
  Matrix log_p_;  // [readers x symbols]
};

}  // namespace

Result<SymbolForecast> ForecastSymbols(const Look& look, size_t steps, float goodness_share) {
  HYPNOS_CHECK(look.options.generator.symbols > 0 && steps > 0 &&
               look.shape == look.prediction.shape());
  HYPNOS_ASSIGN_OR_RETURN(Network network, CopyNetwork(look));
  return Forecaster(look, std::move(network), goodness_share).Run(steps);
}

}  // namespace hypnos

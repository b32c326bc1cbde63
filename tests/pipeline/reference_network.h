// The network once more: plain loops in double precision, no BLAS, no rings; rehearsed or
// interleaved learning.
// What the pipeline is compared with.
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "hypnos/network/network.h"
#include "hypnos/tensor/kernels.h"

namespace hypnos {

class ReferenceNetwork {
 public:
  using Vector = std::vector<double>;
  using Rows = std::vector<Vector>;

  // Starts with the weights of `network`.
  ReferenceNetwork(const NetworkOptions& options, const Network& network)
      : options_(options),
        locations_(network.grid().locations()),
        inputs_(network.grid().inputs()),
        generator_(Copy(network.generator().weights())),
        lanes_(kLanes) {
    for (size_t l = 0; l < network.layer_count(); ++l) {
      Layer layer;
      layer.options = network.layer(l).options();
      layer.start = Copy(network.layer(l).parameters().weights);
      const Matrix bias_matrix = network.layer(l).parameters().bias;
      const auto bias = bias_matrix.values();
      for (size_t u = 0; u < bias.size(); ++u) {
        layer.start[u].push_back(static_cast<double>(bias[u]));
      }
      layer.weights = layer.start;
      layer.gradient = layer.sum = layer.velocity =
          Rows(layer.options.units, Vector(layer.options.fan_in() + 1));
      layer.mean_activity = Vector(layer.options.units);
      layers_.push_back(layer);
    }
    for (LaneState& lane : lanes_) Rest(lane);
  }

  // How real the layer that reads labels would take each for, at a tick of the lane: the mean over
  // the places of (G - theta) / T. Before StepLayers.
  std::vector<double> JudgeLabels(const Tick& tick, const Rows& x) const {
    const LaneState& own = lanes_[static_cast<size_t>(tick.lane)];
    const std::vector<Rows> before =
        tick.start == TickStart::kReset ? std::vector<Rows>(layers_.size(), Silence()) : own.out;
    const size_t l = options_.labels.place == LabelPlace::kInput ? 0 : layers_.size() - 1;
    const FfLayerOptions& o = layers_[l].options;
    const double units = static_cast<double>(o.units);
    Vector log_odds(options_.labels.classes);
    for (size_t label = 0; label < log_odds.size(); ++label) {
      for (size_t b = 0; b < locations_; ++b) {
        const Vector in = InputOf(l, b, label, x, before);
        double balance = 0;
        for (size_t u = 0; u < o.units; ++u) {
          double a = 0;
          for (size_t f = 0; f < in.size(); ++f) a += layers_[l].weights[u][f] * in[f];
          const double r = std::max(0.0, a);
          balance += Sign(o, u) * (r * r - static_cast<double>(o.threshold_per_unit));
        }
        log_odds[label] += balance / (static_cast<double>(o.temperature_per_unit) * units) /
                           static_cast<double>(locations_);
      }
    }
    return log_odds;
  }

  // The layers' share of a tick with the input x [locations x inputs].
  void StepLayers(Tick& tick, const Rows& x) {
    LaneState& own = lane(tick.lane);
    if (tick.start == TickStart::kReset) Rest(own);
    if (tick.start == TickStart::kFork) {
      own.h = lane(tick.fork_lane).h;
      own.out = lane(tick.fork_lane).out;
    }
    const std::vector<Rows> before = own.out;
    tick.layers.resize(layers_.size());
    for (size_t l = 0; l < layers_.size(); ++l) StepLayer(l, tick, x, before);
  }

  // After the ticks of all lanes that belong together.
  void FinishStep() {
    for (Layer& layer : layers_) {
      if (std::exchange(layer.learned, false)) Move(layer);
    }
  }

  void ReadOut(Tick& tick, const Rows& x) {
    LaneState& own = lane(tick.lane);
    if (tick.compare) Compare(tick, own, x);
    if (tick.compare && tick.learn_generator) LearnGenerator(own.features);
    own.features = Features(own, x);
    own.prediction = Rows(locations_, Vector(inputs_));
    for (size_t b = 0; b < locations_; ++b) {
      for (size_t i = 0; i < inputs_; ++i) {
        for (size_t f = 0; f < own.features[b].size(); ++f) {
          own.prediction[b][i] += generator_[i][f] * own.features[b][f];
        }
      }
    }
  }

  void FallAsleep() {
    asleep_ = true;
    for (Layer& layer : layers_) {
      layer.weights = layer.start;
      layer.sum = Rows(layer.options.units, Vector(layer.options.fan_in() + 1));
    }
  }
  void WakeUp() {
    asleep_ = false;
    for (Layer& layer : layers_) layer.start = layer.weights;
  }

  void Save(Lane l, NetworkState& state) {
    state.layers.assign(layers_.size(), {});
    for (size_t i = 0; i < layers_.size(); ++i) {
      const Matrix h = Floats(lane(l).h[i]);
      state.layers[i].resize(h.values().size());
      ToHalf(h.values(), state.layers[i]);
    }
  }
  void Restore(Lane l, const NetworkState& state) {
    LaneState& own = lane(l);
    Rest(own);
    if (state.layers.empty()) return;
    for (size_t i = 0; i < layers_.size(); ++i) {
      Matrix h(locations_, layers_[i].options.units);
      FromHalf(state.layers[i], h.values());
      own.h[i] = Copy(h);
      for (size_t b = 0; b < locations_; ++b) own.out[i][b] = Normalised(own.h[i][b], kSilence);
    }
  }

  // What all layers say, in single precision.
  std::vector<Matrix> outputs(Lane l) const {
    std::vector<Matrix> matrices;
    for (const Rows& rows : lanes_[static_cast<size_t>(l)].out) matrices.push_back(Floats(rows));
    return matrices;
  }
  const Rows& out(Lane l, size_t layer) const { return lanes_[static_cast<size_t>(l)].out[layer]; }
  Matrix prediction(Lane l) { return Floats(lane(l).prediction); }
  // Of the last ReadOut that compared.
  Matrix errors() const { return Floats(errors_); }

 private:
  static constexpr double kSilence = 1e-6;

  // The bias is the weight of a last input that is always one.
  struct Layer {
    FfLayerOptions options;
    Rows start, weights, gradient, sum, velocity;
    Vector mean_activity;
    bool learned = false;
  };
  struct LaneState {
    std::vector<Rows> h, out;  // of each layer
    Rows features, prediction;
  };

  LaneState& lane(Lane l) { return lanes_[static_cast<size_t>(l)]; }

  void Rest(LaneState& lane) const {
    lane.h.clear();
    for (const Layer& layer : layers_) {
      lane.h.emplace_back(locations_, Vector(layer.options.units));
    }
    lane.out = lane.h;
  }

  static Rows Copy(const Matrix& m) {
    Rows rows;
    for (size_t i = 0; i < m.rows(); ++i) rows.emplace_back(m.row(i).begin(), m.row(i).end());
    return rows;
  }

  static Matrix Floats(const Rows& rows) {
    Matrix m(rows.size(), rows[0].size());
    for (size_t i = 0; i < rows.size(); ++i) {
      std::ranges::transform(rows[i], m.row(i).begin(),
                             [](double value) { return static_cast<float>(value); });
    }
    return m;
  }

  static Vector Normalised(const Vector& v, double noise) {
    double mean = 0;
    for (const double x : v) mean += x * x / static_cast<double>(v.size());
    Vector out = v;
    for (double& x : out) x /= std::sqrt(mean + noise);
    return out;
  }

  static void Append(const Vector& from, Vector& to) {
    to.insert(to.end(), from.begin(), from.end());
  }

  Rows Silence() const { return Rows(locations_, Vector(layers_.back().options.units)); }

  Vector LabelVector(std::optional<size_t> label) const {
    const NetworkLabelOptions& o = options_.labels;
    Vector vector(o.classes);
    if (label) {
      vector[*label] = static_cast<double>(o.strength) * std::sqrt(static_cast<double>(o.classes));
    }
    return vector;
  }

  Vector InputOf(size_t l, size_t b, std::optional<size_t> label, const Rows& x,
                 const std::vector<Rows>& before) const {
    Vector in;
    const bool shown = options_.labels.shown,
               at_input = options_.labels.place == LabelPlace::kInput;
    if (l > 0) {
      Append(before[l - 1][b], in);
    } else if (options_.input_scale == InputScale::kScaled) {
      Append(x[b], in);
    } else {
      Append(Normalised(x[b], static_cast<double>(options_.input_noise_power)), in);
    }
    if (l == 0 && shown && at_input) Append(LabelVector(label), in);
    if (l + 1 == layers_.size() && shown && !at_input) {
      Append(LabelVector(label), in);
    } else if (layers_[l].options.above > 0) {
      Append(before[l + 1][b], in);
    }
    if (layers_[l].options.self) Append(before[l][b], in);
    in.push_back(1);
    return in;
  }

  void StepLayer(size_t l, Tick& tick, const Rows& x, const std::vector<Rows>& before) {
    Layer& layer = layers_[l];
    LaneState& own = lane(tick.lane);
    const FfLayerOptions& o = layer.options;
    const double batch = static_cast<double>(locations_), units = static_cast<double>(o.units);
    const double k = static_cast<double>(o.damping);
    const bool comes_down = tick.label_is_new && options_.labels.place == LabelPlace::kTop;
    const bool reached = tick.age >= static_cast<int64_t>(comes_down ? layers_.size() - 1 - l : l);
    const Phase phase = reached ? tick.phase : Phase::kLook;
    double mean_m = 0;
    for (const double m : layer.mean_activity) mean_m += m / units;
    Vector activity(o.units);
    StepStatistics statistics;
    for (size_t b = 0; b < locations_; ++b) {
      const Vector in = InputOf(l, b, tick.label, x, before);
      Vector r(o.units);
      double balance = 0;
      for (size_t u = 0; u < o.units; ++u) {
        double a = 0;
        for (size_t f = 0; f < in.size(); ++f) a += layer.weights[u][f] * in[f];
        r[u] = std::max(0.0, a);
        own.h[l][b][u] = (1 - k) * own.h[l][b][u] + k * r[u];
        const double sign = Sign(o, u);
        balance += sign * (r[u] * r[u] - static_cast<double>(o.threshold_per_unit));
        statistics.goodness += sign * r[u] * r[u] / batch / units;
        activity[u] += r[u] / batch;
      }
      own.out[l][b] = Normalised(own.h[l][b], kSilence);
      const double t = static_cast<double>(o.temperature_per_unit) * units;
      const double p = 1 / (1 + std::exp(-balance / t));
      statistics.probability += p / batch;
      if (phase == Phase::kLook) continue;
      for (size_t u = 0; u < o.units; ++u) {
        double term = -Sign(o, u) * p * r[u];
        if (phase == Phase::kPositive) {
          term = Sign(o, u) * (1 - p) * r[u] +
                 static_cast<double>(o.peer_normalisation) * (mean_m - layer.mean_activity[u]);
        }
        for (size_t f = 0; f < in.size(); ++f) layer.gradient[u][f] += term / batch * in[f];
      }
    }
    tick.layers[l] = statistics;
    if (phase == Phase::kLook) return;
    layer.learned = true;
    if (phase != Phase::kPositive) return;
    for (size_t u = 0; u < o.units; ++u) {
      layer.mean_activity[u] = 0.9 * layer.mean_activity[u] + 0.1 * activity[u];
    }
  }

  void Move(Layer& layer) const {
    const LearningOptions& o = options_.learning;
    const double rate = static_cast<double>(o.rate);
    for (size_t u = 0; u < layer.options.units; ++u) {
      for (size_t f = 0; f < layer.weights[u].size(); ++f) {
        double& w = layer.weights[u][f];
        const double g = std::exchange(layer.gradient[u][f], 0);
        if (asleep_ || o.rule == LearningRule::kInterleaved) {
          double& v = layer.velocity[u][f];
          v = static_cast<double>(o.velocity) * v + g;
          w = (1 - rate * static_cast<double>(o.weight_decay)) * w + rate * v;
        } else {
          layer.sum[u][f] += g;
          w = layer.start[u][f] + rate * static_cast<double>(o.online_share) * layer.sum[u][f];
        }
      }
    }
  }

  static double Sign(const FfLayerOptions& o, size_t unit) {
    return unit < o.units - o.constraint_units ? 1 : -1;
  }

  Rows Features(const LaneState& lane, const Rows& x) const {
    Rows features(locations_);
    for (size_t b = 0; b < locations_; ++b) {
      for (const Rows& out : lane.out) Append(out[b], features[b]);
      Append(x[b], features[b]);
    }
    return features;
  }

  void Compare(Tick& tick, const LaneState& own, const Rows& x) {
    const double values = static_cast<double>(locations_ * inputs_);
    errors_ = x;
    tick.prediction_error = 0;
    for (size_t b = 0; b < locations_; ++b) {
      for (size_t i = 0; i < inputs_; ++i) {
        errors_[b][i] -= own.prediction[b][i];
        tick.prediction_error += errors_[b][i] * errors_[b][i] / values;
      }
    }
  }

  void LearnGenerator(const Rows& features) {
    const double batch = static_cast<double>(locations_);
    double energy = 0;
    for (const Vector& row : features) {
      for (const double f : row) energy += f * f / batch;
    }
    const double rate = static_cast<double>(options_.generator.rate) / (1 + energy) / batch;
    for (size_t b = 0; b < locations_; ++b) {
      for (size_t i = 0; i < inputs_; ++i) {
        for (size_t f = 0; f < features[b].size(); ++f) {
          generator_[i][f] += rate * errors_[b][i] * features[b][f];
        }
      }
    }
  }

  NetworkOptions options_;
  size_t locations_, inputs_;
  Rows generator_;
  std::vector<LaneState> lanes_;
  std::vector<Layer> layers_;
  Rows errors_;
  bool asleep_ = false;
};

}  // namespace hypnos

// The network once more: plain loops in double precision, no graph, no BLAS, no rings. Awake only,
// deferred contrast. What the pipeline is compared with.
#pragma once

#include <cmath>
#include <vector>

#include "hypnos/network/network.h"

namespace hypnos {

class ReferenceNetwork {
 public:
  using Vector = std::vector<double>;
  using Rows = std::vector<Vector>;

  // Starts with the weights of `network`.
  ReferenceNetwork(const NetworkOptions& options, const Network& network) : options_(options) {
    locations_ = network.grid().locations();
    inputs_ = network.grid().inputs();
    for (size_t l = 0; l < network.layer_count(); ++l) {
      Layer layer;
      layer.options = network.layer(l).options();
      layer.start = Copy(network.layer(l).parameters().weights);
      layer.start_bias = Copy(network.layer(l).parameters().bias)[0];
      layer.weights = layer.start;
      layer.bias = layer.start_bias;
      layer.sum = Rows(layer.options.units, Vector(layer.options.fan_in()));
      layer.sum_bias = Vector(layer.options.units);
      layer.mean_activity = Vector(layer.options.units);
      layers_.push_back(layer);
    }
    generator_ = Copy(network.generator().weights());
    Reset();
  }

  void Reset() {
    age_ = 0;
    for (Layer& layer : layers_) {
      layer.h = Rows(locations_, Vector(layer.options.units));
      layer.out = layer.h;
    }
  }

  // One tick with x [locations x inputs]. Returns the prediction error.
  double Step(const Rows& x) {
    double error = 0;
    if (age_ > 0) error = LearnGenerator(x);
    std::vector<Rows> before;
    for (const Layer& layer : layers_) before.push_back(layer.out);
    for (size_t l = 0; l < layers_.size(); ++l) StepLayer(l, x, before);
    features_ = Features(x);
    prediction_ = Rows(locations_, Vector(inputs_));
    for (size_t b = 0; b < locations_; ++b) {
      for (size_t i = 0; i < inputs_; ++i) {
        for (size_t f = 0; f < features_[b].size(); ++f) {
          prediction_[b][i] += generator_[i][f] * features_[b][f];
        }
      }
    }
    ++age_;
    return error;
  }

  const Rows& out(size_t layer) const { return layers_[layer].out; }
  // Per unit, mean over the locations.
  double goodness(size_t layer) const { return layers_[layer].goodness; }

 private:
  struct Layer {
    FfLayerOptions options;
    Rows start, weights, sum;
    Vector start_bias, bias, sum_bias, mean_activity;
    Rows h, out;
    double goodness = 0;
  };

  static Rows Copy(const Matrix& m) {
    Rows rows;
    for (size_t i = 0; i < m.rows(); ++i) rows.emplace_back(m.row(i).begin(), m.row(i).end());
    return rows;
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

  Vector InputOf(size_t l, size_t b, const Rows& x, const std::vector<Rows>& before) const {
    Vector in;
    if (l > 0) {
      Append(before[l - 1][b], in);
    } else if (options_.input_scale == InputScale::kScaled) {
      Append(x[b], in);
    } else {
      Append(Normalised(x[b], static_cast<double>(options_.input_noise_power)), in);
    }
    if (layers_[l].options.above > 0) Append(before[l + 1][b], in);
    if (layers_[l].options.self) Append(before[l][b], in);
    return in;
  }

  void StepLayer(size_t l, const Rows& x, const std::vector<Rows>& before) {
    Layer& layer = layers_[l];
    const FfLayerOptions& o = layer.options;
    const double batch = static_cast<double>(locations_);
    const double k = static_cast<double>(o.damping);
    const bool learns = age_ >= static_cast<int64_t>(l);
    double mean_m = 0;
    for (const double m : layer.mean_activity) mean_m += m / static_cast<double>(o.units);
    Vector activity(o.units);
    layer.goodness = 0;
    for (size_t b = 0; b < locations_; ++b) {
      const Vector in = InputOf(l, b, x, before);
      Vector r(o.units);
      double balance = 0;
      for (size_t u = 0; u < o.units; ++u) {
        double a = layer.bias[u];
        for (size_t f = 0; f < in.size(); ++f) a += layer.weights[u][f] * in[f];
        r[u] = std::max(0.0, a);
        layer.h[b][u] = (1 - k) * layer.h[b][u] + k * r[u];
        const double sign = Sign(o, u);
        balance += sign * (r[u] * r[u] - static_cast<double>(o.threshold_per_unit));
        layer.goodness += sign * r[u] * r[u] / batch / static_cast<double>(o.units);
        activity[u] += r[u] / batch;
      }
      layer.out[b] = Normalised(layer.h[b], 1e-6);
      if (!learns) continue;
      const double t = static_cast<double>(o.temperature_per_unit) * static_cast<double>(o.units);
      const double p = 1 / (1 + std::exp(-balance / t));
      for (size_t u = 0; u < o.units; ++u) {
        const double peer =
            static_cast<double>(o.peer_normalisation) * (mean_m - layer.mean_activity[u]);
        const double term = (Sign(o, u) * (1 - p) * r[u] + peer) / batch;
        for (size_t f = 0; f < in.size(); ++f) layer.sum[u][f] += term * in[f];
        layer.sum_bias[u] += term;
      }
    }
    if (!learns) return;
    const double share = static_cast<double>(options_.learning.online_share) *
                         static_cast<double>(options_.learning.rate);
    for (size_t u = 0; u < o.units; ++u) {
      layer.mean_activity[u] = 0.9 * layer.mean_activity[u] + 0.1 * activity[u];
      for (size_t f = 0; f < o.fan_in(); ++f) {
        layer.weights[u][f] = layer.start[u][f] + share * layer.sum[u][f];
      }
      layer.bias[u] = layer.start_bias[u] + share * layer.sum_bias[u];
    }
  }

  static double Sign(const FfLayerOptions& o, size_t unit) {
    return unit < o.units - o.constraint_units ? 1 : -1;
  }

  Rows Features(const Rows& x) const {
    Rows features(locations_);
    for (size_t b = 0; b < locations_; ++b) {
      for (const Layer& layer : layers_) Append(layer.out[b], features[b]);
      Append(x[b], features[b]);
    }
    return features;
  }

  double LearnGenerator(const Rows& x) {
    const double batch = static_cast<double>(locations_);
    double energy = 0, error = 0;
    for (const Vector& row : features_) {
      for (const double f : row) energy += f * f / batch;
    }
    const double rate = static_cast<double>(options_.generator.rate) / (1 + energy) / batch;
    for (size_t b = 0; b < locations_; ++b) {
      for (size_t i = 0; i < inputs_; ++i) {
        const double e = x[b][i] - prediction_[b][i];
        error += e * e / batch / static_cast<double>(inputs_);
        for (size_t f = 0; f < features_[b].size(); ++f) {
          generator_[i][f] += rate * e * features_[b][f];
        }
      }
    }
    return error;
  }

  NetworkOptions options_;
  size_t locations_ = 0;
  size_t inputs_ = 0;
  std::vector<Layer> layers_;
  Rows generator_, prediction_, features_;
  int64_t age_ = 0;
};

}  // namespace hypnos

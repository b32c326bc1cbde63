#include "daemon/layer_answers.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include "hypnos/base/format.h"
#include "hypnos/tensor/kernels.h"

namespace hypnos {
namespace {

constexpr uint32_t kMostBins = 1000, kUsualBins = 20;
constexpr uint32_t kMostUnits = 1000, kUsualUnits = 10;
// Of h, whose usual size is 1: what has faded to less is silence.
constexpr float kSilent = 0.001f;

// h of one layer, [locations x units].
std::vector<float> ActivityOf(const Look& look, size_t layer) {
  std::vector<float> h(look.state.layers[layer].size());
  if (!look.state.at_rest) FromHalf(look.state.layers[layer], h);
  return h;
}

// Of each unit over all places.
struct UnitActivity {
  std::vector<double> mean;
  std::vector<float> largest;
};

UnitActivity ByUnit(std::span<const float> h, size_t units) {
  UnitActivity activity{std::vector<double>(units), std::vector<float>(units)};
  const size_t locations = h.size() / units;
  for (size_t i = 0; i < h.size(); ++i) {
    activity.mean[i % units] += static_cast<double>(h[i]);
    activity.largest[i % units] = std::max(activity.largest[i % units], h[i]);
  }
  for (double& mean : activity.mean) mean /= static_cast<double>(std::max<size_t>(1, locations));
  return activity;
}

telemetry::Activity SummaryOf(const UnitActivity& activity, size_t layer) {
  telemetry::Activity summary;
  const auto units = static_cast<double>(activity.mean.size());
  summary.set_layer(static_cast<uint32_t>(layer + 1));
  summary.set_mean(std::reduce(activity.mean.begin(), activity.mean.end()) / units);
  summary.set_largest(static_cast<double>(std::ranges::max(activity.largest)));
  const auto silent =
      std::ranges::count_if(activity.largest, [](float largest) { return largest < kSilent; });
  summary.set_silent_share(static_cast<double>(silent) / units);
  return summary;
}

// No more than kMostBytes values, each the mean of as many neighbours as that takes.
std::vector<double> ByNeighbours(const std::vector<double>& values) {
  constexpr size_t kMostBytes = 256;
  const size_t each = (values.size() + kMostBytes - 1) / kMostBytes;
  std::vector<double> means;
  for (size_t begin = 0; begin < values.size(); begin += each) {
    const size_t count = std::min(each, values.size() - begin);
    const auto first = values.begin() + static_cast<ptrdiff_t>(begin);
    means.push_back(std::reduce(first, first + static_cast<ptrdiff_t>(count)) /
                    static_cast<double>(count));
  }
  return means;
}

// What is not finite, as after weights that overflowed, is shown as nothing.
void Quantise(const std::vector<double>& means, control::LayerUnits* told) {
  double brightest = 0;
  for (const double mean : means) {
    if (std::isfinite(mean)) brightest = std::max(brightest, mean);
  }
  told->set_brightest(brightest);
  for (const double mean : means) {
    const double share = std::isfinite(mean) && brightest > 0 ? mean / brightest : 0;
    told->mutable_means()->push_back(static_cast<char>(std::lround(255 * std::max(0.0, share))));
  }
}

// What is not finite is in no bar.
control::Histogram HistogramOf(std::span<const float> values, uint32_t bins) {
  double low = 0, high = 0;
  bool first = true;
  for (const float value : values) {
    if (!std::isfinite(value)) continue;
    low = first ? value : std::min<double>(low, value);
    high = first ? value : std::max<double>(high, value);
    first = false;
  }
  std::vector<uint64_t> counts(bins);
  const double bars_a_unit = high > low ? bins / (high - low) : 0;
  for (const float value : values) {
    if (!std::isfinite(value)) continue;
    ++counts[std::min<size_t>(bins - 1, static_cast<size_t>((value - low) * bars_a_unit))];
  }
  control::Histogram histogram;
  histogram.set_low(low);
  histogram.set_high(high);
  histogram.mutable_counts()->Assign(counts.begin(), counts.end());
  return histogram;
}

double Norm(std::span<const float> values) {
  double squares = 0;
  for (const float value : values) squares += static_cast<double>(value) * value;
  return std::sqrt(squares);
}

void AddTopUnits(const UnitActivity& activity, const Matrix& weights, const FfLayerOptions& options,
                 size_t count, control::InspectLayerResponse* response) {
  std::vector<size_t> order(activity.mean.size());
  std::iota(order.begin(), order.end(), size_t{0});
  count = std::min(count, order.size());
  // Of equals the first one, so that the same question has the same answer.
  std::partial_sort(order.begin(), order.begin() + static_cast<ptrdiff_t>(count), order.end(),
                    [&](size_t a, size_t b) {
                      if (activity.mean[a] != activity.mean[b]) {
                        return activity.mean[a] > activity.mean[b];
                      }
                      return a < b;
                    });
  for (size_t i = 0; i < count; ++i) {
    const size_t unit = order[i];
    control::Unit& told = *response->add_top_units();
    told.set_unit(static_cast<uint32_t>(unit));
    told.set_mean_activity(activity.mean[unit]);
    told.set_weight_norm(Norm(weights.row(unit)));
    told.set_constraint(unit >= options.units - options.constraint_units);
  }
}

void FillOptions(const FfLayerOptions& options, control::InspectLayerResponse* response) {
  response->set_damping(static_cast<double>(options.damping));
  response->set_threshold_per_unit(static_cast<double>(options.threshold_per_unit));
  response->set_temperature_per_unit(static_cast<double>(options.temperature_per_unit));
  response->set_peer_normalisation(static_cast<double>(options.peer_normalisation));
  response->set_norm_cap(static_cast<double>(options.norm_cap));
  response->set_reads_below(static_cast<uint32_t>(options.below));
  response->set_reads_above(static_cast<uint32_t>(options.above));
  response->set_reads_self(static_cast<uint32_t>(options.self ? options.units : 0));
  response->set_weights(options.units * options.fan_in());
}

}  // namespace

std::vector<telemetry::Activity> ActivitiesOf(const Look& look) {
  std::vector<telemetry::Activity> activities;
  for (size_t l = 0; l < look.layers.size(); ++l) {
    activities.push_back(SummaryOf(ByUnit(ActivityOf(look, l), look.layers[l].units), l));
  }
  return activities;
}

std::vector<control::LayerUnits> UnitsOf(const Look& look) {
  std::vector<control::LayerUnits> layers;
  for (size_t l = 0; l < look.layers.size(); ++l) {
    const UnitActivity activity = ByUnit(ActivityOf(look, l), look.layers[l].units);
    control::LayerUnits& told = layers.emplace_back();
    *told.mutable_activity() = SummaryOf(activity, l);
    told.set_units(static_cast<uint32_t>(activity.mean.size()));
    Quantise(ByNeighbours(activity.mean), &told);
  }
  return layers;
}

Status CheckInspect(const control::InspectLayerRequest& request) {
  if (request.bins() > kMostBins) {
    return Error{Code::kInvalidArgument, "BINS_OUT_OF_RANGE",
                 Format("{} bars are more than {}", request.bins(), kMostBins)};
  }
  if (request.top_units() > kMostUnits) {
    return Error{Code::kInvalidArgument, "UNITS_OUT_OF_RANGE",
                 Format("{} units are more than {}", request.top_units(), kMostUnits)};
  }
  return {};
}

control::InspectLayerResponse InspectionOf(const Look& look,
                                           const control::InspectLayerRequest& request) {
  const size_t l = request.layer() - 1;
  const FfLayerOptions& options = look.layers[l];
  const Matrix& weights = look.parameters[l].weights;
  const uint32_t bins = request.bins() == 0 ? kUsualBins : request.bins();
  const std::vector<float> h = ActivityOf(look, l);
  const UnitActivity activity = ByUnit(h, options.units);

  control::InspectLayerResponse response;
  FillOptions(options, &response);
  *response.mutable_activity() = SummaryOf(activity, l);
  response.set_locations(static_cast<uint32_t>(look.rows * look.columns));
  *response.mutable_weight_histogram() = HistogramOf(weights.values(), bins);
  *response.mutable_activity_histogram() = HistogramOf(h, bins);
  AddTopUnits(activity, weights, options,
              request.top_units() == 0 ? kUsualUnits : request.top_units(), &response);
  return response;
}

}  // namespace hypnos

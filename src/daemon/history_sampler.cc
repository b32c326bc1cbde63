#include "daemon/history_sampler.h"

#include <algorithm>
#include <set>
#include <utility>

#include "daemon/history_track.h"
#include "hypnos/base/format.h"

namespace hypnos {
namespace {

class Figures {
 public:
  explicit Figures(HistorySample& sample) : sample_(sample) {}
  void Add(std::string name, double value) { sample_.values.emplace_back(std::move(name), value); }

 private:
  HistorySample& sample_;
};

void AddLayers(const MeasuredNetwork& network, const std::string& whose, Figures& figures) {
  for (const telemetry::Layer& layer : network.status.layers()) {
    const auto add = [&](const char* figure, bool known, double value) {
      if (known) figures.Add(Format("{}/{}{}", figure, layer.layer(), whose), value);
    };
    add("goodness_real", layer.has_goodness_real(), layer.goodness_real());
    add("goodness_dream", layer.has_goodness_dream(), layer.goodness_dream());
    add("p_real", layer.has_probability_real(), layer.probability_real());
    add("p_dream", layer.has_probability_dream(), layer.probability_dream());
  }
}

void AddProbe(const MeasuredNetwork& network, const std::string& whose, Figures& figures) {
  if (!network.snapshot.probe) return;
  const auto& layers = network.snapshot.probe->figures.layers;
  for (size_t l = 0; l < layers.size(); ++l) {
    const auto add = [&](const char* figure, double value) {
      figures.Add(Format("{}/{}{}", figure, l + 1, whose), value);
    };
    add("probe_auc", layers[l].auc);
    add("pairs_told", layers[l].pairwise_accuracy);
    add("dead_units", static_cast<double>(layers[l].dead_units));
  }
}

void AddAccuracy(const MeasuredNetwork& network, const std::string& whose, Figures& figures) {
  if (!network.status.has_labels()) return;
  const auto add = [&](const char* figure, const telemetry::LabelAccuracy& accuracy) {
    if (accuracy.has_recent_read_out()) figures.Add(figure + whose, accuracy.recent_read_out());
  };
  add("accuracy_learned", network.status.labels().learned());
  add("accuracy_held_out", network.status.labels().held_out());
}

}  // namespace

HistorySample HistorySampler::Sample(Instant now, WallTime wall,
                                     const std::vector<MeasuredNetwork>& networks) {
  HistorySample sample{
      .time = std::chrono::floor<std::chrono::seconds>(wall.time_since_epoch()).count()};
  Figures figures(sample);
  std::map<std::string, Count> counts;
  for (const MeasuredNetwork& network : networks) {
    const std::string whose = network.source.empty() ? "" : "@" + network.source;
    AddLayers(network, whose, figures);
    AddProbe(network, whose, figures);
    AddAccuracy(network, whose, figures);
    figures.Add("asleep" + whose, network.snapshot.asleep ? 1 : 0);
    for (const telemetry::Source& source : network.status.sources()) {
      const auto before = frames_.find(source.name());
      counts.insert_or_assign(source.name(), Count{source.frames(), now});
      if (source.has_prediction_error()) {
        figures.Add("prediction_error@" + source.name(), source.prediction_error());
      }
      // Fewer than before: another source of that name.
      if (before == frames_.end() || source.frames() < before->second.frames) continue;
      const double seconds = Seconds(now - before->second.at);
      if (seconds <= 0) continue;
      figures.Add("frames_per_second@" + source.name(),
                  static_cast<double>(source.frames() - before->second.frames) / seconds);
    }
  }
  frames_ = std::move(counts);
  return sample;
}

void HistorySampler::Note(const HistoryChange& change) {
  if (change.kind == HistoryChange::Kind::kPhase) states_[change.source] = change.state;
}

std::vector<HistoryChange> HistorySampler::Changes(WallTime wall,
                                                   const std::vector<MeasuredNetwork>& networks) {
  std::vector<HistoryChange> changes;
  std::map<std::string, int> states;
  const auto compare = [&](const std::string& network, int state, const std::string& why) {
    const auto before = states_.find(network);
    if (before != states_.end() && before->second == state) return;
    changes.push_back(
        {.time = MillisecondsOf(wall), .source = network, .state = state, .text = why});
  };
  for (const MeasuredNetwork& network : networks) {
    const telemetry::Phase& phase = network.status.phase();
    compare(network.source, phase.state(), phase.cause());
    states[network.source] = phase.state();
  }
  for (const auto& [network, state] : states_) {
    if (!states.contains(network)) compare(network, HistoryChange::kNobody, "");
  }
  states_ = std::move(states);
  return changes;
}

}  // namespace hypnos

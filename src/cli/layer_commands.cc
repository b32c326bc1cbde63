// layer list, inspect
#include <algorithm>

#include "cli/figures.h"
#include "cli/groups.h"
#include "cli/table.h"
#include "cli/telemetry_text.h"
#include "hypnos/base/format.h"

namespace hypnos::cli {
namespace {

constexpr double kBarColumns = 40;

std::string HistogramText(const std::string& title, const control::Histogram& histogram) {
  if (histogram.counts().empty()) return "";
  const uint64_t most = std::max<uint64_t>(1, *std::ranges::max_element(histogram.counts()));
  const double width = (histogram.high() - histogram.low()) / histogram.counts_size();
  Table table({">" + title, ">how many", ""});
  for (int i = 0; i < histogram.counts_size(); ++i) {
    const uint64_t count = histogram.counts(i);
    // What is there shows, however little of it.
    auto columns =
        static_cast<size_t>(kBarColumns * static_cast<double>(count) / static_cast<double>(most));
    if (count > 0) columns = std::max<size_t>(columns, 1);
    std::string bar;
    for (size_t c = 0; c < columns; ++c) bar += "█";
    table.Add(
        {Format("{:.4g} to {:.4g}", histogram.low() + i * width, histogram.low() + (i + 1) * width),
         Format("{}", count), bar});
  }
  return "\n" + table.Text("");
}

std::string TopUnitsText(const control::InspectLayerResponse& layer) {
  Table table({">unit", ">mean activity", ">weight norm", "kind"});
  for (const control::Unit& unit : layer.top_units()) {
    table.Add({Format("{}", unit.unit()), Format("{:.4f}", unit.mean_activity()),
               Format("{:.4f}", unit.weight_norm()), unit.constraint() ? "constraint" : "feature"});
  }
  return table.empty() ? "" : "\n" + table.Text("");
}

std::string Show(const Session&, const control::Response& response) {
  const control::InspectLayerResponse& layer = response.inspect_layer();
  google::protobuf::RepeatedPtrField<telemetry::Layer> one;
  *one.Add() = layer.layer();
  Facts facts;
  facts.Add("reads", Format("{} values from below, {} from above, {} from itself",
                            layer.reads_below(), layer.reads_above(), layer.reads_self()));
  facts.Add("weights", Format("{}, run by {}", layer.weights(),
                              Counted(layer.locations(), "place") + " of the picture"));
  facts.Add("activity", Format("mean {:.4f}, largest {:.4f}, {:.1f} % of the units silent",
                               layer.activity().mean(), layer.activity().largest(),
                               100 * layer.activity().silent_share()));
  facts.Add("damping", Format("{:.4g}", layer.damping()));
  facts.Add("threshold a unit", Format("{:.4g}", layer.threshold_per_unit()));
  facts.Add("temperature a unit", Format("{:.4g}", layer.temperature_per_unit()));
  facts.Add("peer normalisation", Format("{:.4g}", layer.peer_normalisation()));
  facts.Add("norm cap", layer.norm_cap() > 0 ? Format("{:.4g}", layer.norm_cap()) : "none");
  return LayersText(one) + "\n" + facts.Text() + TopUnitsText(layer) +
         HistogramText("activity", layer.activity_histogram()) +
         HistogramText("weight", layer.weight_histogram());
}

Result<control::Request> Ask(const Session& session) {
  control::Request request;
  control::InspectLayerRequest& inspect = *request.mutable_inspect_layer();
  inspect.set_layer(static_cast<uint32_t>(session.values().Count("LAYER")));
  inspect.set_bins(static_cast<uint32_t>(session.values().Count("--bins")));
  inspect.set_top_units(static_cast<uint32_t>(session.values().Count("--top")));
  inspect.set_source(session.values().Text("--source"));
  return request;
}

Command List() {
  return {.words = "layer list",
          .summary = "Lists the layers: goodness, how sure they are, what is left to learn",
          .example = "layer list",
          .parameters = {kOfNetwork},
          .request = control::Request::kListLayers,
          .ask = [](const Session& session) -> Result<control::Request> {
            control::Request request;
            request.mutable_list_layers()->set_source(session.source());
            return request;
          },
          .show =
              [](const Session&, const control::Response& response) {
                return LayersText(response.list_layers().layers());
              }};
}

Command Inspect() {
  return {.words = "layer inspect",
          .summary = "Options, activity, weights and the most active units of a layer",
          .example = "layer inspect 1 --bins 10 --top 5",
          .parameters = {{.name = "LAYER",
                          .help = "From 1, from the input upwards",
                          .kind = Parameter::Kind::kCount,
                          .least = 1,
                          .most = 1000000,
                          .needed = true},
                         {.name = "--bins",
                          .help = "Bars of each histogram; 20 if not given",
                          .kind = Parameter::Kind::kCount,
                          .value = "COUNT",
                          .least = 1,
                          .most = 1000},
                         {.name = "--top",
                          .help = "How many of the most active units to show; 10 if not given",
                          .kind = Parameter::Kind::kCount,
                          .value = "COUNT",
                          .least = 1,
                          .most = 1000},
                         {.name = "--source",
                          .help = "Whose activity; the first source's if not given",
                          .value = "NAME"}},
          .request = control::Request::kInspectLayer,
          .ask = Ask,
          .show = Show};
}

}  // namespace

std::vector<Command> LayerCommands() { return {List(), Inspect()}; }

}  // namespace hypnos::cli

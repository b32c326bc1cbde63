// probe
#include <algorithm>
#include <array>
#include <string_view>

#include "cli/figures.h"
#include "cli/groups.h"
#include "cli/table.h"
#include "hypnos/base/format.h"

namespace hypnos::cli {
namespace {

// The set is scored on the thread that learns, as soon as its present step has ended.
constexpr double kPatienceSeconds = 60;

std::string Percent(double share) { return Format("{:.1f} %", 100 * share); }

// Ten bars of which the highest is full, from p(real) 0 to 1.
std::string Bars(const google::protobuf::RepeatedField<uint64_t>& counts) {
  constexpr std::array<std::string_view, 9> kBars = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  const uint64_t most = counts.empty() ? 0 : *std::ranges::max_element(counts);
  std::string bars = "[";
  for (const uint64_t count : counts) {
    // What is there shows, however little of it.
    const double height =
        most == 0 ? 0 : 8 * static_cast<double>(count) / static_cast<double>(most);
    bars += kBars[count == 0 ? 0 : std::max<size_t>(1, static_cast<size_t>(height))];
  }
  return bars + "]";
}

std::string ToldApartText(const telemetry::Probe& probe) {
  Table table({">layer", ">pairs told", ">AUC", ">jump cut", ">hybrid", ">early dream",
               ">p(real) real", ">negative", "from 0 to 1: real", "negative"});
  for (const telemetry::ProbeLayer& layer : probe.layers()) {
    table.Add({Format("{}", layer.layer()), Percent(layer.pairwise_accuracy()),
               Format("{:.3f}", layer.auc()), Format("{:.3f}", layer.auc_splice()),
               layer.has_auc_hybrid() ? Format("{:.3f}", layer.auc_hybrid()) : "none",
               Format("{:.3f}", layer.auc_early_dream()),
               Format("{:.2f}", layer.probability_real()),
               Format("{:.2f}", layer.probability_negative()), Bars(layer.histogram_real()),
               Bars(layer.histogram_negative())});
  }
  return table.Text("");
}

std::string HealthText(const telemetry::Probe& probe) {
  Table table({">layer", ">goodness real", ">negative", ">negatives above 1/2", ">real below",
               ">saturated", ">dead units", ">effective rank", ">cosine", ">weight norm",
               ">largest", "finite"});
  for (const telemetry::ProbeLayer& layer : probe.layers()) {
    table.Add({Format("{}", layer.layer()), Format("{:.3f}", layer.goodness_real()),
               Format("{:.3f}", layer.goodness_negative()), Percent(layer.negatives_above()),
               Percent(layer.positives_below()), Percent(layer.saturated()),
               Format("{} of {}", layer.dead_units(), layer.units()),
               Format("{:.1f}", layer.effective_rank()), Format("{:.3f}", layer.cosine()),
               Format("{:.3f}", layer.mean_norm()), Format("{:.3f}", layer.largest_norm()),
               layer.finite() ? "yes" : "no"});
  }
  return table.Text("");
}

std::string Show(const Session&, const control::Response& response) {
  const telemetry::Probe& probe = response.probe().probe();
  Facts facts;
  facts.Add("probe set", Format("{}, {} of each frame; alike to {:.3f} (cosine)",
                                Counted(probe.sequences(), "sequence"),
                                Counted(probe.locations(), "place"), probe.input_cosine()));
  facts.Add("scored", Format("{}, last after {}", Times(probe.scored()),
                             Counted(probe.learned_steps(), "learned step")));
  facts.Add("learning waited",
            Format("{:.3f} s, {:.1f} s in all", probe.last_seconds(), probe.seconds()));
  return facts.Text() + "\n" + ToldApartText(probe) + "\n" + HealthText(probe);
}

}  // namespace

std::vector<Command> ProbeCommands() {
  return {
      {.words = "probe",
       .summary = "What the layers make of a fixed set of sequences: told apart, dead, collapsed",
       .example = "probe --now",
       .parameters = {{.name = "--now",
                       .help = "Scores the set now; learning waits for it. Without, what it was "
                               "last found to be"},
                      kOfNetwork},
       .timeout_seconds = kPatienceSeconds,
       .request = control::Request::kProbe,
       .ask = [](const Session& session) -> Result<control::Request> {
         control::Request request;
         request.mutable_probe()->set_now(session.values().Has("--now"));
         request.mutable_probe()->set_source(session.source());
         return request;
       },
       .show = Show}};
}

}  // namespace hypnos::cli

#include "cli/fleet_text.h"

#include <algorithm>

#include "cli/figures.h"
#include "cli/table.h"
#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"

namespace hypnos::cli {
namespace {

using control::FleetLayer;
using control::FleetLayerElsewhere;
using control::FleetLayerHosted;
using control::FleetMember;
using control::FleetModel;
using control::FleetSource;

std::string LagText(bool known, double seconds) {
  if (!known) return "-";
  return seconds < 1 ? Format("{:.0f} ms", 1000 * seconds) : Format("{:.1f} s", seconds);
}

std::string ShareText(bool known, double share) {
  return known ? Format("{:.1f} %", 100 * share) : "-";
}

std::string StateOf(const FleetMember& member) {
  return member.gone() ? "gone" : Printable(member.phase());
}

// For how long it runs, or has said nothing.
std::string SinceOf(const FleetMember& member) {
  return member.gone() ? "silent " + Span(member.silent_seconds())
                       : "up " + Span(member.uptime_seconds());
}

std::string SourcesOf(const FleetMember& member) {
  std::string text = Format("{}", member.sources());
  if (member.sources_lost() > 0) text += Format(", {} lost", member.sources_lost());
  return text;
}

std::string LayersOf(const FleetMember& member) {
  std::string text = Format("{}", member.layers());
  if (member.layers_elsewhere() > 0) text += Format(", {} elsewhere", member.layers_elsewhere());
  if (member.layers_hosted() > 0) text += Format(", {} of others", member.layers_hosted());
  return text;
}

std::string ModelOf(const FleetMember& member) {
  if (!member.has_model()) return "-";
  const FleetModel& model = member.model();
  if (model.round() == 0) return Printable(model.name()) + ", no round yet";
  return Format("{}, round {}", Printable(model.name()), model.round());
}

std::string ProblemsOf(const FleetMember& member) {
  std::string text;
  for (const std::string& problem : member.problems()) {
    text += (text.empty() ? "" : "; ") + Printable(problem);
  }
  return text.empty() ? "-" : text;
}

std::string NameOf(const FleetMember& member) {
  return Printable(member.name()) + (member.self() ? " (this one)" : "");
}

// Where what is shown is not what is, or not all of it.
std::string Remarks(const control::ListFleetResponse& fleet) {
  std::string text;
  if (fleet.connected()) return text;
  const std::string why = fleet.why().empty() ? "it is not connected yet" : Printable(fleet.why());
  return Format("\nas it was: the broker cannot be reached: {}\n", why);
}

std::string More(uint64_t all, int shown) {
  const auto told = static_cast<uint64_t>(shown);
  return all > told ? Format("and {} more\n", all - told) : "";
}

// A table with a gap before it; nothing where there are no rows.
std::string Below(const Table& table, const std::string& more) {
  return table.empty() ? "" : "\n" + table.Text("") + more;
}

std::string SourceTable(const FleetMember& member) {
  Table table(
      {"source", "state", ">frames", ">not seen", ">lag", ">prediction error", "just now", "why"});
  for (const FleetSource& source : member.source_details()) {
    table.Add({Printable(source.name()), Printable(source.state()), Format("{}", source.frames()),
               Format("{}", source.dropped()),
               LagText(source.has_latency_seconds(), source.latency_seconds()),
               source.has_prediction_error() ? Figure(source.prediction_error(), 3) : "-",
               source.unusual() ? "unusual" : "-",
               source.why().empty() ? "-" : Printable(source.why())});
  }
  return Below(table, More(member.sources(), member.source_details_size()));
}

std::string LayerTable(const FleetMember& member) {
  Table table({"layer", "of", "learning", ">goodness, real", ">dream"});
  for (const FleetLayer& layer : member.layer_details()) {
    table.Add({Format("{}", layer.layer()),
               layer.source().empty() ? "-" : Printable(layer.source()),
               Printable(layer.learning()),
               layer.has_goodness_real() ? Figure(layer.goodness_real(), 3) : "-",
               layer.has_goodness_dream() ? Figure(layer.goodness_dream(), 3) : "-"});
  }
  return Below(table, More(member.layers(), member.layer_details_size()));
}

std::string ElsewhereTable(const FleetMember& member) {
  Table table({"layer elsewhere", "of", "computed by", ">steps", ">late"});
  for (const FleetLayerElsewhere& layer : member.elsewhere()) {
    const std::string host = layer.host().empty() ? "nobody yet" : Printable(layer.host());
    const bool lost = !layer.placed() && !layer.host().empty();
    const auto late = static_cast<double>(layer.late_steps());
    const auto steps = static_cast<double>(std::max<uint64_t>(layer.steps(), 1));
    table.Add({Format("{}", layer.layer()), Printable(layer.network()),
               host + (lost ? ", which is lost" : ""), Format("{}", layer.steps()),
               ShareText(layer.steps() > 0, late / steps)});
  }
  return Below(table, More(member.layers_elsewhere(), member.elsewhere_size()));
}

std::string HostedTable(const FleetMember& member) {
  Table table({"layer of others", "of", "state", ">steps"});
  for (const FleetLayerHosted& layer : member.hosted()) {
    table.Add({Format("{}", layer.layer()), Printable(layer.network()),
               layer.placed() ? "computed" : "offered", Format("{}", layer.steps())});
  }
  return Below(table, More(member.layers_hosted(), member.hosted_size()));
}

std::string ModelInFull(const FleetModel& model) {
  std::string text = Printable(model.name());
  if (model.round() == 0) return text + ", no round yet";
  text += Format(", round {} of {}", model.round(), Counted(model.replicas(), "replica"));
  std::string names;
  for (const std::string& name : model.replica_names()) {
    names += (names.empty() ? "" : ", ") + Printable(name);
  }
  return names.empty() ? text : text + ": " + names;
}

std::string FactsText(const FleetMember& member) {
  Facts facts;
  facts.Add("daemon", NameOf(member));
  facts.Add("on", Printable(member.host()));
  facts.Add("version", Printable(member.daemon_version()));
  facts.Add("state", StateOf(member));
  facts.Add("up for", Span(member.uptime_seconds()));
  facts.Add("spoke", Format("{} ago, means to every {:.3g} s", Span(member.silent_seconds()),
                            member.interval_seconds()));
  facts.Add("frames", Format("{}, {:.1f} a second", member.frames(), member.frames_per_second()));
  if (member.has_model()) facts.Add("model", ModelInFull(member.model()));
  for (const std::string& problem : member.problems()) facts.Add("problem", Printable(problem));
  return facts.Text();
}

}  // namespace

std::string FleetText(const control::ListFleetResponse& fleet) {
  Table table({"daemon", "on", "state", "since", ">frames/s", ">sources", ">lag", ">layers",
               ">late", "model", "problems"});
  for (const FleetMember& member : fleet.members()) {
    table.Add({NameOf(member), Printable(member.host()), StateOf(member), SinceOf(member),
               Format("{:.1f}", member.frames_per_second()), SourcesOf(member),
               LagText(member.has_latency_seconds(), member.latency_seconds()), LayersOf(member),
               ShareText(member.has_late_share(), member.late_share()), ModelOf(member),
               ProblemsOf(member)});
  }
  return table.Text("nobody has said how it is doing yet\n") +
         More(fleet.total(), fleet.members_size()) + Remarks(fleet);
}

std::string MemberText(const control::ListFleetResponse& fleet) {
  std::string text;
  for (const FleetMember& member : fleet.members()) {
    text += FactsText(member) + SourceTable(member) + LayerTable(member) + ElsewhereTable(member) +
            HostedTable(member);
  }
  return text + Remarks(fleet);
}

}  // namespace hypnos::cli

#include "cli/top_layout.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <utility>

#include "cli/event_text.h"
#include "cli/figures.h"
#include "cli/table.h"
#include "cli/telemetry_text.h"
#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"

namespace hypnos::cli {
namespace {

using telemetry::Phase;

constexpr std::array<std::string_view, 8> kBars = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
constexpr const char* kKeys =
    "p pause or resume   s sleep   w wake   c checkpoint   ↑↓ source   q quit";
constexpr size_t kProgressColumns = 20;
constexpr size_t kMostSparkColumns = 60;
// Of a layer's line, beside its two sparklines: number, two figures and blanks.
constexpr size_t kLayerTextColumns = 60;

// Asleep below awake, so that the timeline reads like a hypnogram.
std::string_view PhaseMark(Phase::State state) {
  switch (state) {
    case Phase::AWAKE:
      return "█";
    case Phase::ASLEEP:
      return "▂";
    case Phase::LOOKING:
      return "▅";
    default:
      return " ";
  }
}

std::string Timeline(const std::deque<Phase::State>& phases, size_t columns) {
  std::string text;
  for (size_t i = phases.size() - std::min(columns, phases.size()); i < phases.size(); ++i) {
    text += PhaseMark(phases[i]);
  }
  return text;
}

std::string Progress(const Phase& phase) {
  if (phase.length() == 0) return "";
  const double share =
      std::clamp(static_cast<double>(phase.step()) / static_cast<double>(phase.length()), 0.0, 1.0);
  const auto full = static_cast<size_t>(std::lround(share * kProgressColumns));
  std::string bar = "  ";
  for (size_t i = 0; i < kProgressColumns; ++i) bar += i < full ? "█" : "░";
  return bar;
}

// Both lines of a layer share a scale: where they part is what is looked for.
std::pair<double, double> Range(const GoodnessHistory& history, size_t columns) {
  double least = INFINITY, most = -INFINITY;
  for (const auto* values : {&history.real, &history.dream}) {
    for (size_t i = values->size() - std::min(columns, values->size()); i < values->size(); ++i) {
      const auto& value = (*values)[i];
      if (!value || !std::isfinite(*value)) continue;
      least = std::min(least, *value);
      most = std::max(most, *value);
    }
  }
  return {least, most};
}

std::string LayerText(const telemetry::Layer& layer, const GoodnessHistory& history,
                      size_t columns) {
  const auto [least, most] = Range(history, columns);
  const auto real = history.real.empty() ? std::nullopt : history.real.back();
  const auto dream = history.dream.empty() ? std::nullopt : history.dream.back();
  return Format("{:>5}  {:>7} {}  {:>7} {}  {}", layer.layer(), Figure(real),
                PadRight(Sparkline(history.real, least, most, columns), columns), Figure(dream),
                PadRight(Sparkline(history.dream, least, most, columns), columns),
                LearningWord(layer));
}

void AddPhase(const TopState& state, size_t columns, std::vector<TopLine>* lines) {
  const Phase& phase = UpdateOf(state).phase();
  const std::string shown = ShownNetwork(state);
  const std::string whose = shown.empty() ? "" : Printable(shown) + ": ";
  lines->push_back({whose + PhaseText(phase) + Progress(phase)});
  const auto history = state.networks.find(shown);
  if (history != state.networks.end()) {
    lines->push_back({Timeline(history->second.phases, columns)});
  }
}

void AddSources(const TopState& state, std::vector<TopLine>* lines) {
  Table table({"  source", "state", ">frames", ">waiting", "lost", "now"});
  for (const telemetry::Source& source : state.now->sources()) {
    const bool selected = table.size() == state.selected;
    const std::string losses = LossesText(source);
    table.Add(
        {(selected ? "> " : "  ") + Printable(source.name()), StateWord(source.state()),
         FramesText(source), Format("{}", source.queued()), losses.empty() ? "-" : losses,
         source.clip().empty() ? "-" : Format("{} {}", Printable(source.clip()), source.frame())});
  }
  const std::vector<std::string> texts = table.Lines();
  for (size_t i = 0; i < texts.size(); ++i) {
    lines->push_back({texts[i], i == 0 || i == state.selected + 1});
  }
}

void AddLayers(const TopState& state, size_t columns, std::vector<TopLine>* lines) {
  const size_t spark =
      std::min(kMostSparkColumns, (columns - std::min(columns, kLayerTextColumns)) / 2);
  lines->push_back({Format("layer  {}  {}  learning", PadRight("goodness real", spark + 8),
                           PadRight("goodness dream", spark + 8)),
                    true});
  const control::Update& update = UpdateOf(state);
  const auto network = state.networks.find(ShownNetwork(state));
  if (network == state.networks.end()) return;
  for (const telemetry::Layer& layer : update.layers()) {
    const auto history = network->second.layers.find(layer.layer());
    if (history != network->second.layers.end()) {
      lines->push_back({LayerText(layer, history->second, spark)});
    }
  }
  if (update.layers().empty()) lines->push_back({"none yet: they are made with the first frame"});
}

void AddEvents(const TopState& state, std::vector<TopLine>* lines) {
  lines->push_back({"events", true});
  for (const control::Event& event : state.events) lines->push_back({EventLine(event)});
  if (state.events.empty()) {
    lines->push_back({state.events_offered ? "none" : "not offered by this daemon"});
  }
}

std::string Title(const TopState& state) {
  std::string title = Printable(state.daemon);
  if (!state.now) return title;
  title += "  " + Utc(state.now->time());
  if (state.now->dropped() > 0) {
    title += Format("  {} missed", Counted(state.now->dropped(), "update"));
  }
  return title;
}

std::vector<TopLine> Body(const TopState& state, size_t columns) {
  std::vector<TopLine> lines = {{Title(state), true}};
  if (!state.now) {
    lines.push_back({"waiting for the first update"});
    return lines;
  }
  AddPhase(state, columns, &lines);
  lines.push_back({});
  AddSources(state, &lines);
  lines.push_back({});
  AddLayers(state, columns, &lines);
  lines.push_back({});
  if (const control::Update& update = UpdateOf(state); update.has_labels()) {
    lines.push_back({"labels", true});
    lines.push_back({LabelsLine(update.labels())});
    lines.push_back({});
  }
  AddEvents(state, &lines);
  return lines;
}

}  // namespace

std::string Sparkline(const std::deque<std::optional<double>>& values, double least, double most,
                      size_t columns) {
  std::string line;
  for (size_t i = values.size() - std::min(columns, values.size()); i < values.size(); ++i) {
    if (!values[i] || !std::isfinite(*values[i])) {
      line += ' ';
      continue;
    }
    // What never moves lies in the middle.
    const double share = most > least ? (*values[i] - least) / (most - least) : 0.5;
    const double height = std::clamp(share, 0.0, 1.0) * static_cast<double>(kBars.size());
    line += kBars[std::min(static_cast<size_t>(height), kBars.size() - 1)];
  }
  return line;
}

std::vector<TopLine> TopLines(const TopState& state, size_t rows, size_t columns) {
  if (rows == 0) return {};
  std::vector<TopLine> lines = Body(state, columns);
  // Two rows at the bottom belong to what became of the last key, and to the keys.
  lines.resize(std::min(lines.size(), rows - std::min<size_t>(rows, 2)));
  if (rows >= 2) {
    lines.resize(rows - 2);
    lines.push_back({Printable(state.message)});
  }
  lines.push_back({kKeys, true});
  for (TopLine& line : lines) line.text = Cut(line.text, columns);
  return lines;
}

std::string InAscii(const std::string& text) {
  static constexpr std::array<std::pair<std::string_view, char>, 11> kInstead = {{{"▁", '_'},
                                                                                  {"▂", '.'},
                                                                                  {"▃", ','},
                                                                                  {"▄", '-'},
                                                                                  {"▅", '='},
                                                                                  {"▆", '+'},
                                                                                  {"▇", '*'},
                                                                                  {"█", '#'},
                                                                                  {"░", ':'},
                                                                                  {"↑", '^'},
                                                                                  {"↓", 'v'}}};
  std::string ascii;
  for (size_t i = 0; i < text.size();) {
    const std::string_view rest = std::string_view(text).substr(i);
    const auto* known = std::ranges::find_if(
        kInstead, [&](const auto& pair) { return rest.starts_with(pair.first); });
    if (known != kInstead.end()) {
      ascii += known->second;
      i += known->first.size();
    } else {
      const auto byte = static_cast<unsigned char>(text[i++]);
      // A question mark for each character, not for each of its bytes.
      if (byte < 0x80) ascii += static_cast<char>(byte);
      if (byte >= 0xC0) ascii += '?';
    }
  }
  return ascii;
}

}  // namespace hypnos::cli

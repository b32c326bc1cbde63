#include "cli/watch_text.h"

#include <optional>
#include <vector>

#include "cli/event_text.h"
#include "cli/figures.h"
#include "cli/telemetry_text.h"
#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"

namespace hypnos::cli {
namespace {

std::string ActivityPart(const telemetry::Activity& activity) {
  return Format("layer {} activity {:.4f} mean {:.4f} largest, {:.1f} % silent", activity.layer(),
                activity.mean(), activity.largest(), 100 * activity.silent_share());
}

std::string GoodnessPart(const telemetry::Layer& layer) {
  const auto real = layer.has_goodness_real() ? std::optional(layer.goodness_real()) : std::nullopt;
  const auto dream =
      layer.has_goodness_dream() ? std::optional(layer.goodness_dream()) : std::nullopt;
  return Format("layer {} goodness {} real {} dream", layer.layer(), Figure(real), Figure(dream));
}

std::string SourcePart(const telemetry::Source& source) {
  const std::string losses = LossesText(source);
  return Format("{} {}, {} frames{}", Printable(source.name()), StateWord(source.state()),
                FramesText(source), losses.empty() ? "" : ", lost " + losses);
}

void AddTopic(int topic, const control::Update& update, std::vector<std::string>& parts) {
  switch (topic) {
    case control::ACTIVITY:
      for (const auto& one : update.activity()) parts.push_back(ActivityPart(one));
      break;
    case control::GOODNESS:
      for (const auto& one : update.layers()) parts.push_back(GoodnessPart(one));
      break;
    case control::PHASE:
      parts.push_back(PhaseText(update.phase()));
      break;
    case control::SOURCES:
      for (const auto& one : update.sources()) parts.push_back(SourcePart(one));
      break;
    case control::LABELS:
      if (const std::string line = LabelsLine(update.labels()); !line.empty()) {
        parts.push_back(line);
      }
      break;
    case control::EVENTS:
      for (const auto& one : update.events()) parts.push_back(EventLine(one));
      break;
    default:
      break;
  }
}

// "door: awake, step 64 of 128"
void AddOfNetwork(int topic, const control::NetworkUpdate& each, std::vector<std::string>& parts) {
  if (topic == control::SOURCES) return;
  std::vector<std::string> own;
  AddTopic(topic, each.update(), own);
  for (const std::string& part : own) {
    parts.push_back(Format("{}: {}", Printable(each.source()), part));
  }
}

}  // namespace

std::string WatchLine(const control::SubscribeRequest& topics, const control::Update& update,
                      uint64_t missed) {
  std::vector<std::string> parts;
  for (const int topic : topics.topics()) {
    // These are told of all networks together.
    const bool of_all = topic == control::SOURCES || topic == control::EVENTS;
    if (of_all || update.of_each().empty()) AddTopic(topic, update, parts);
    for (const auto& each : update.of_each()) AddOfNetwork(topic, each, parts);
  }
  std::string line = Utc(update.time(), true) + "  ";
  for (size_t i = 0; i < parts.size(); ++i) line += (i > 0 ? " | " : "") + parts[i];
  if (parts.empty()) line += "nothing yet";
  if (missed > 0) line += Format("  ({} missed)", Counted(missed, "update"));
  return line;
}

}  // namespace hypnos::cli

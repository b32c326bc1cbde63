#include "hypnos/cluster/heartbeat.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "hypnos/base/format.h"
#include "hypnos/base/utf8.h"
#include "hypnos/cluster/subjects.h"

namespace hypnos {
namespace {

using Json = nlohmann::json;

constexpr int kVersion = 1;
constexpr size_t kLongest = size_t{256} << 10;
// Nothing that is read lies deeper; what does would only take memory.
constexpr int kDeepest = 3;
constexpr size_t kLongestText = 1000;
constexpr size_t kLongestName = 200;
constexpr double kLongestIntervalSeconds = 3600;
// Nothing that is told is larger, and a page has no room for three hundred digits.
constexpr double kLargestFigure = 1e15;

std::string TextOf(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json Of(const SourceBeat& source) {
  Json json = {{"name", source.name},       {"state", source.state},   {"why", source.why},
               {"unusual", source.unusual}, {"frames", source.frames}, {"dropped", source.dropped}};
  if (source.latency_seconds) json["latency_seconds"] = *source.latency_seconds;
  if (source.prediction_error) json["prediction_error"] = *source.prediction_error;
  return json;
}

Json Of(const LayerBeat& layer) {
  Json json = {{"layer", layer.layer}, {"learning", layer.learning}};
  if (!layer.source.empty()) json["source"] = layer.source;
  if (layer.goodness_real) json["goodness_real"] = *layer.goodness_real;
  if (layer.goodness_dream) json["goodness_dream"] = *layer.goodness_dream;
  return json;
}

Json Of(const SpreadBeat& spread) {
  return {{"network", spread.network}, {"layer", spread.layer}, {"host", spread.host},
          {"placed", spread.placed},   {"steps", spread.steps}, {"late_steps", spread.late_steps}};
}

Json Of(const HostBeat& host) {
  return {{"network", host.network},
          {"layer", host.layer},
          {"placed", host.placed},
          {"steps", host.steps}};
}

Json Of(const ModelBeat& model) {
  return {{"model", model.model},
          {"round", model.round},
          {"replicas", model.replicas},
          {"digest", model.digest},
          {"why", model.why}};
}

template <class Beat>
Json ListOf(const std::vector<Beat>& beats) {
  Json list = Json::array();
  for (const Beat& beat : beats) list.push_back(Of(beat));
  return list;
}

Error NoHeartbeat(std::string why) {
  return Error{Code::kInvalidArgument, "NOT_A_HEARTBEAT", std::move(why)};
}

// Cut between two characters: JSON is UTF-8, and what is made of it has to be.
std::string Shortened(const std::string& text, size_t longest) {
  if (text.size() <= longest) return text;
  size_t end = 0;
  while (true) {
    const size_t length = CharacterLengthByLead(text[end]);
    if (end + length > longest) return text.substr(0, end);
    end += length;
  }
}

std::string Text(const Json& json, const char* key, size_t longest = kLongestText) {
  const auto found = json.find(key);
  return found == json.end() || !found->is_string()
             ? ""
             : Shortened(found->get_ref<const std::string&>(), longest);
}

std::string Name(const Json& json, const char* key) { return Text(json, key, kLongestName); }

std::optional<double> Figure(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_number()) return std::nullopt;
  const auto number = found->get<double>();
  return std::abs(number) <= kLargestFigure ? std::optional(number) : std::nullopt;
}

std::optional<double> FigureNotBelow0(const Json& json, const char* key) {
  const std::optional<double> figure = Figure(json, key);
  return figure && *figure >= 0 ? figure : std::nullopt;
}

double Number(const Json& json, const char* key) { return FigureNotBelow0(json, key).value_or(0); }

uint64_t Count(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found == json.end() || !found->is_number_unsigned() ? 0 : found->get<uint64_t>();
}

// A layer of which there can be none is one that is not known: 0.
uint32_t LayerNumber(const Json& json) {
  const uint64_t number = Count(json, "layer");
  return number > UINT32_MAX ? 0 : static_cast<uint32_t>(number);
}

bool Flag(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_boolean() && found->get<bool>();
}

std::vector<std::string> Texts(const Json& json, const char* key, size_t longest) {
  std::vector<std::string> texts;
  const auto found = json.find(key);
  if (found == json.end() || !found->is_array()) return texts;
  for (const Json& text : *found) {
    if (text.is_string()) texts.push_back(Shortened(text.get_ref<const std::string&>(), longest));
  }
  return texts;
}

// Of the objects of a list.
template <class Beat>
std::vector<Beat> Beats(const Json& json, const char* key, Beat (*read)(const Json&)) {
  std::vector<Beat> beats;
  const auto found = json.find(key);
  if (found == json.end() || !found->is_array()) return beats;
  for (const Json& beat : *found) {
    if (beat.is_object()) beats.push_back(read(beat));
  }
  return beats;
}

SourceBeat ReadSource(const Json& json) {
  return {.name = Name(json, "name"),
          .state = Name(json, "state"),
          .why = Text(json, "why"),
          .unusual = Flag(json, "unusual"),
          .frames = Count(json, "frames"),
          .dropped = Count(json, "dropped"),
          .latency_seconds = FigureNotBelow0(json, "latency_seconds"),
          .prediction_error = FigureNotBelow0(json, "prediction_error")};
}

LayerBeat ReadLayer(const Json& json) {
  return {.source = Name(json, "source"),
          .layer = LayerNumber(json),
          .learning = Name(json, "learning"),
          .goodness_real = Figure(json, "goodness_real"),
          .goodness_dream = Figure(json, "goodness_dream")};
}

SpreadBeat ReadSpread(const Json& json) {
  return {.network = Name(json, "network"),
          .layer = LayerNumber(json),
          .host = Name(json, "host"),
          .placed = Flag(json, "placed"),
          .steps = Count(json, "steps"),
          .late_steps = Count(json, "late_steps")};
}

HostBeat ReadHost(const Json& json) {
  return {.network = Name(json, "network"),
          .layer = LayerNumber(json),
          .placed = Flag(json, "placed"),
          .steps = Count(json, "steps")};
}

std::optional<ModelBeat> ReadModel(const Json& json) {
  const auto model = json.find("model");
  if (model == json.end() || !model->is_object()) return std::nullopt;
  return ModelBeat{.model = Name(*model, "model"),
                   .round = Count(*model, "round"),
                   .replicas = Texts(*model, "replicas", kLongestName),
                   .digest = Name(*model, "digest"),
                   .why = Text(*model, "why")};
}

bool IsLost(const SourceBeat& source) {
  return source.state == "lost" || source.state == "stalled" ||
         (source.state == "ended" && !source.why.empty());
}

template <class List>
void KeepFirst(List& list) {
  if (list.size() > HeardHeartbeat::kMostListed) list.resize(HeardHeartbeat::kMostListed);
  // The room of what was there counts, too.
  list.shrink_to_fit();
}

}  // namespace

std::string JsonOf(const SourceBeat& source) { return TextOf(Of(source)); }

std::string JsonOf(const Heartbeat& heartbeat) {
  Json json = {{"version", kVersion},
               {"name", heartbeat.name},
               {"host", heartbeat.host},
               {"instance", heartbeat.instance},
               {"daemon_version", heartbeat.daemon_version},
               {"time", heartbeat.time},
               {"interval_seconds", heartbeat.interval_seconds},
               {"uptime_seconds", heartbeat.uptime_seconds},
               {"phase", heartbeat.phase},
               {"ending", heartbeat.ending},
               {"frames", heartbeat.frames},
               {"frames_per_second", heartbeat.frames_per_second},
               {"problems", heartbeat.problems},
               {"sources", ListOf(heartbeat.sources)},
               {"layers", ListOf(heartbeat.layers)}};
  if (!heartbeat.spread.empty()) json["spread"] = ListOf(heartbeat.spread);
  if (!heartbeat.hosts.empty()) json["hosts"] = ListOf(heartbeat.hosts);
  if (heartbeat.model) json["model"] = Of(*heartbeat.model);
  return TextOf(json);
}

HeardHeartbeat HeardOf(Heartbeat heartbeat) {
  HeardHeartbeat heard = {.heartbeat = {.name = ""},
                          .sources = heartbeat.sources.size(),
                          .layers = heartbeat.layers.size(),
                          .layers_elsewhere = heartbeat.spread.size(),
                          .layers_hosted = heartbeat.hosts.size()};
  for (const SourceBeat& source : heartbeat.sources) {
    if (IsLost(source)) ++heard.sources_lost;
    heard.latency_seconds = std::max(heard.latency_seconds, source.latency_seconds);
  }
  for (const SpreadBeat& layer : heartbeat.spread) {
    if (layer.steps == 0) continue;
    const auto late = static_cast<double>(std::min(layer.late_steps, layer.steps));
    heard.late_share =
        std::max(heard.late_share, std::optional(late / static_cast<double>(layer.steps)));
  }
  KeepFirst(heartbeat.problems);
  KeepFirst(heartbeat.sources);
  KeepFirst(heartbeat.layers);
  KeepFirst(heartbeat.spread);
  KeepFirst(heartbeat.hosts);
  if (heartbeat.model) {
    heard.replicas = static_cast<uint32_t>(heartbeat.model->replicas.size());
    KeepFirst(heartbeat.model->replicas);
  }
  heard.heartbeat = std::move(heartbeat);
  return heard;
}

Result<HeardHeartbeat> ParseHeartbeat(std::string_view text) {
  if (text.size() > kLongest) return NoHeartbeat(Format("it is {} bytes long", text.size()));
  const auto is_read = [](int depth, Json::parse_event_t, const Json&) {
    return depth <= kDeepest;
  };
  const Json json = Json::parse(text, is_read, false);
  if (!json.is_object()) return NoHeartbeat("it is no object of JSON");
  const auto version = json.find("version");
  if (version == json.end() || !version->is_number_integer()) {
    return NoHeartbeat("it does not say which version it is of");
  }
  if (*version != kVersion) {
    return NoHeartbeat(
        Format("it is of version {}, and this daemon reads version {}", version->dump(), kVersion));
  }
  Heartbeat heartbeat = {.name = Text(json, "name")};
  if (!IsSubjectWord(heartbeat.name)) return NoHeartbeat("it names nobody");
  heartbeat.host = Text(json, "host");
  heartbeat.instance = Text(json, "instance");
  heartbeat.daemon_version = Text(json, "daemon_version");
  heartbeat.time = Text(json, "time");
  heartbeat.interval_seconds = Number(json, "interval_seconds");
  if (heartbeat.interval_seconds == 0 || heartbeat.interval_seconds > kLongestIntervalSeconds) {
    return NoHeartbeat("it does not say how often it means to speak, in 0 to 3600 seconds");
  }
  heartbeat.uptime_seconds = Number(json, "uptime_seconds");
  heartbeat.phase = Text(json, "phase");
  heartbeat.ending = Flag(json, "ending");
  heartbeat.frames = Count(json, "frames");
  heartbeat.frames_per_second = Number(json, "frames_per_second");
  heartbeat.problems = Texts(json, "problems", kLongestText);
  heartbeat.sources = Beats(json, "sources", ReadSource);
  heartbeat.layers = Beats(json, "layers", ReadLayer);
  heartbeat.spread = Beats(json, "spread", ReadSpread);
  heartbeat.hosts = Beats(json, "hosts", ReadHost);
  heartbeat.model = ReadModel(json);
  return HeardOf(std::move(heartbeat));
}

}  // namespace hypnos

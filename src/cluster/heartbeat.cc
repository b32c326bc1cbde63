#include "hypnos/cluster/heartbeat.h"

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
constexpr size_t kMostProblems = 100;
constexpr double kLongestIntervalSeconds = 3600;

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

Error NoHeartbeat(std::string why) {
  return Error{Code::kInvalidArgument, "NOT_A_HEARTBEAT", std::move(why)};
}

// Cut between two characters: JSON is UTF-8, and what is made of it has to be.
std::string Shortened(const std::string& text) {
  if (text.size() <= kLongestText) return text;
  size_t end = 0;
  while (true) {
    const size_t length = CharacterLengthByLead(text[end]);
    if (end + length > kLongestText) return text.substr(0, end);
    end += length;
  }
}

std::string Text(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found == json.end() || !found->is_string()
             ? ""
             : Shortened(found->get_ref<const std::string&>());
}

double Number(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_number()) return 0;
  const auto number = found->get<double>();
  return std::isfinite(number) && number > 0 ? number : 0;
}

uint64_t Count(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found == json.end() || !found->is_number_unsigned() ? 0 : found->get<uint64_t>();
}

std::vector<std::string> Texts(const Json& json, const char* key) {
  std::vector<std::string> texts;
  const auto found = json.find(key);
  if (found == json.end() || !found->is_array()) return texts;
  for (const Json& text : *found) {
    if (texts.size() == kMostProblems) break;
    if (text.is_string()) texts.push_back(Shortened(text.get_ref<const std::string&>()));
  }
  return texts;
}

bool Flag(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_boolean() && found->get<bool>();
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
               {"sources", Json::array()},
               {"layers", Json::array()}};
  for (const SourceBeat& source : heartbeat.sources) json["sources"].push_back(Of(source));
  for (const LayerBeat& layer : heartbeat.layers) json["layers"].push_back(Of(layer));
  if (heartbeat.model) {
    json["model"] = {{"model", heartbeat.model->model},
                     {"round", heartbeat.model->round},
                     {"replicas", heartbeat.model->replicas},
                     {"digest", heartbeat.model->digest},
                     {"why", heartbeat.model->why}};
  }
  return TextOf(json);
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
  HeardHeartbeat heard;
  Heartbeat& heartbeat = heard.heartbeat;
  heartbeat.name = Text(json, "name");
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
  heartbeat.problems = Texts(json, "problems");
  const auto model = json.find("model");
  if (model != json.end() && model->is_object()) {
    heartbeat.model = ModelBeat{.model = Text(*model, "model"),
                                .round = Count(*model, "round"),
                                .replicas = Texts(*model, "replicas"),
                                .digest = Text(*model, "digest"),
                                .why = Text(*model, "why")};
  }
  const auto sources = json.find("sources");
  if (sources != json.end() && sources->is_array()) heard.sources = sources->size();
  return heard;
}

}  // namespace hypnos

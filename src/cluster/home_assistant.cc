#include "hypnos/cluster/home_assistant.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "hypnos/base/format.h"

namespace hypnos {
namespace {

using Json = nlohmann::json;

constexpr double kPatience = 3;

class Announcer {
 public:
  Announcer(const Heartbeat& heartbeat, const Subjects& subjects, const std::string& prefix)
      : heartbeat_(heartbeat),
        prefix_(prefix),
        node_(Format("hypnos_{}", heartbeat.name)),
        status_(TopicOf(subjects.Status())) {
    device_ = {{"identifiers", Json::array({node_})},
               {"name", Format("Hypnos {}", heartbeat.name)},
               {"manufacturer", "Hypnos"},
               {"model", "hypnosd"},
               {"sw_version", heartbeat.daemon_version}};
  }

  void BeOfSource(const std::string& source) {
    object_prefix_ = Format("source_{}_", SubjectWord(source));
    device_["identifiers"] = Json::array({node_ + "_" + SubjectWord(source)});
    device_["name"] = Format("{} {}", heartbeat_.name, source);
    device_["model"] = "source";
    device_["via_device"] = node_;
  }

  void Add(const char* component, const std::string& object, const char* name, Json more) {
    const std::string id = object_prefix_ + object;
    more["name"] = name;
    more["unique_id"] = Format("{}_{}", node_, id);
    more["device"] = device_;
    more["availability"] =
        Json::array({{{"topic", status_},
                      {"value_template", "{{ 'offline' if value_json.ending else 'online' }}"}}});
    announcements_.push_back(
        {.subject = Format("{}.{}.{}.{}.config", prefix_, component, node_, id),
         .json = more.dump(-1, ' ', false, Json::error_handler_t::replace)});
  }

  // Whose state `value` reads from `topic`; without news of it nothing is known any more.
  Json State(const std::string& topic, const std::string& value) const {
    const double seconds = std::ceil(kPatience * heartbeat_.interval_seconds);
    return {{"state_topic", topic},
            {"value_template", "{{ " + value + " }}"},
            {"expire_after", static_cast<int>(seconds) + 1}};
  }

  const std::string& status() const { return status_; }
  std::vector<Announcement> Take() { return std::move(announcements_); }

 private:
  const Heartbeat& heartbeat_;
  std::string prefix_;
  std::string node_;
  std::string status_;
  std::string object_prefix_ = "daemon_";
  Json device_;
  std::vector<Announcement> announcements_;
};

Json With(Json json, std::initializer_list<std::pair<const char*, const char*>> more) {
  for (const auto& [key, value] : more) json[key] = value;
  return json;
}

}  // namespace

std::string HomeAssistantStatus(const std::string& prefix) { return prefix + ".status"; }

std::vector<Announcement> AnnounceDaemon(const Heartbeat& heartbeat, const Subjects& subjects,
                                         const std::string& prefix) {
  Announcer announcer(heartbeat, subjects, prefix);
  const std::string& status = announcer.status();
  announcer.Add("binary_sensor", "problem", "Problem",
                With(announcer.State(status, "'ON' if value_json.problems else 'OFF'"),
                     {{"device_class", "problem"}, {"json_attributes_topic", status.c_str()}}));
  announcer.Add("sensor", "phase", "Phase", announcer.State(status, "value_json.phase"));
  announcer.Add("sensor", "frames_per_second", "Frames per second",
                With(announcer.State(status, "value_json.frames_per_second"),
                     {{"state_class", "measurement"}, {"unit_of_measurement", "1/s"}}));
  return announcer.Take();
}

std::vector<Announcement> AnnounceSource(const Heartbeat& heartbeat, const std::string& source,
                                         bool picture, const Subjects& subjects,
                                         const std::string& prefix) {
  Announcer announcer(heartbeat, subjects, prefix);
  announcer.BeOfSource(source);
  const std::string topic = TopicOf(subjects.Source(source));
  announcer.Add("binary_sensor", "unusual", "Unusual",
                With(announcer.State(topic, "'ON' if value_json.unusual else 'OFF'"),
                     {{"json_attributes_topic", topic.c_str()}}));
  announcer.Add("binary_sensor", "watched", "Watched",
                With(announcer.State(topic, "'ON' if value_json.state == 'watched' else 'OFF'"),
                     {{"device_class", "connectivity"}}));
  // What there is none of yet is unknown.
  announcer.Add("sensor", "prediction_error", "Prediction error",
                With(announcer.State(topic, "value_json.prediction_error | default(none)"),
                     {{"state_class", "measurement"}}));
  if (picture) {
    announcer.Add(
        "image", "picture", "Newest event",
        {{"image_topic", TopicOf(subjects.Picture(source))}, {"content_type", "image/jpeg"}});
  }
  return announcer.Take();
}

}  // namespace hypnos
